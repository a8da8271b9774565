// Brings the page to a new drawing of it. A part that did not change comes as its name alone and stays as it is, so that
// a turn costs what it changed; and everything that is kept keeps what is open, typed, focused or scrolled to.

function patch(old, drawn) {
  if ('same' in drawn.dataset) return;
  attributes(old, drawn);
  const parts = new Map([...old.children].filter((one) => one.dataset.part).map((one) => [one.dataset.part, one]));
  const wanted = new Set([...drawn.children].map((one) => one.dataset.part));
  parts.forEach((one, name) => wanted.has(name) || one.remove());
  let place = old.firstChild;
  for (const node of [...drawn.childNodes]) {
    const twin = parts.get(node.dataset?.part) ?? alike(place, node);
    if (!twin) {
      old.insertBefore(node, place);
      continue;
    }
    while (place !== twin) place = removed(place);
    place = twin.nextSibling;
    if (twin.nodeType === Node.ELEMENT_NODE) patch(twin, node);
    else if (twin.data !== node.data) twin.data = node.data;
  }
  while (place) place = removed(place);
}

// The first of the nodes from here on that may become the new one: of the same kind, and no part with a name of its own.
function alike(from, node) {
  const fits = (one) =>
    one.nodeName === node.nodeName && one.classList?.[0] === node.classList?.[0] && !one.dataset?.part;
  if (node.dataset?.part) return null;
  for (let one = from; one && !one.dataset?.part; one = one.nextSibling) if (fits(one)) return one;
  return null;
}

function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function attributes(old, drawn) {
  for (const { name } of [...old.attributes]) {
    if (!drawn.hasAttribute(name) && name !== 'open') old.removeAttribute(name); // folds are the person's
  }
  for (const { name, value } of drawn.attributes) {
    if (old.getAttribute(name) === value) continue;
    old.setAttribute(name, value);
    if (name === 'value' && old.nodeName === 'INPUT') old.value = value;
  }
}
