// Runs once when the conversation appears. Buttons say what they do in data- attributes; every press becomes one
// 'act' event, answered with the whole conversation drawn afresh, and the next is sent when the last was answered.

const waiting = [];
const kept = new Map(); // which folds the person opened or closed, by data-keep
let busy = null; // timer that lets go of an event that was never answered
let turns = 0;
let restored = false;
let importing = false; // whether an import waits to be confirmed
let newest = { revision: 0, value: null };

const wide = () => window.matchMedia('(min-width: 60rem)').matches;
const calm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

function send(event) {
  waiting.push(event);
  if (busy === null) next();
}

function next() {
  const event = waiting.shift();
  if (event === undefined) return;
  busy = setTimeout(() => answered(), 8000);
  element.setAttribute('aria-busy', 'true');
  trigger('act', event);
}

function answered() {
  clearTimeout(busy);
  busy = null;
  element.setAttribute('aria-busy', 'false');
  next();
}

function say(text) {
  pending(text);
  send({ do: 'say', id: '', value: text });
}

function pending(text) {
  const log = element.querySelector('.mq-log');
  const turn = document.createElement('li');
  turn.className = 'mq-turn mq-pending';
  const line = document.createElement('p');
  line.className = 'mq-you';
  line.textContent = text.trim() || '…';
  const dots = document.createElement('div');
  dots.className = 'mq-says';
  dots.innerHTML = '<p class="mq-dots" aria-hidden="true"><i></i><i></i><i></i></p>';
  turn.append(line, dots);
  element.querySelector('.mq-welcome')?.remove();
  element.querySelectorAll('.mq-log .mq-suggestions').forEach((old) => old.remove());
  log.append(turn);
  scrollTo(turn);
}

function scrollTo(turn) {
  turn.scrollIntoView({ block: 'start', behavior: calm() ? 'auto' : 'smooth' });
}

function press(button) {
  const { do: what, id = '', value = '', sure } = button.dataset;
  if (sure && !window.confirm(sure)) return;
  if (what === 'say' || what === 'more') {
    if (what === 'say') say(value);
    else {
      pending(value);
      send({ do: what, id, value });
    }
    // The button is gone now: go on by keyboard from the line, but call up no on-screen keyboard.
    if (!window.matchMedia('(pointer: coarse)').matches) {
      document.getElementById('mq-line')?.focus({ preventScroll: true });
    }
    return;
  }
  if (what === 'react') return react(button, id);
  if (what === 'save') return keep(button, id);
  send({ do: what, id, value: what === 'confirm' ? picked() : value });
}

function react(button, id) {
  // A verdict taken back leaves "seen it"; every other button takes back all.
  const verdict = button.parentElement.classList.contains('mq-verdicts');
  const pressed = button.getAttribute('aria-pressed') === 'true';
  const value = pressed ? (verdict ? 'seen' : 'clear') : button.dataset.reaction;
  // In an evening together each guest at this browser has buttons of their own.
  button.closest('.mq-actions, .mq-theirs').querySelectorAll('[data-reaction]').forEach((one) => {
    const seen = one.dataset.reaction === 'seen' && !one.parentElement.classList.contains('mq-verdicts');
    const on = one.dataset.reaction === value || (seen && value.startsWith('seen'));
    one.setAttribute('aria-pressed', String(on));
  });
  send({ do: 'react', id, value });
}

function keep(button, id) {
  const pressed = button.getAttribute('aria-pressed') === 'true';
  button.setAttribute('aria-pressed', String(!pressed));
  send({ do: pressed ? 'unsave' : 'save', id, value: '' });
}

// ---- an import: the file is read here and goes to the server as one event, answered by what it would tell

function bring(button) {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.csv,.tsv,.txt,text/csv';
  input.addEventListener('change', () => {
    const file = input.files[0];
    if (!file) return;
    const work = element.querySelector('.mq-work');
    if (file.size > Number(button.dataset.largest)) {
      work.textContent = button.dataset.sorry;
      return;
    }
    const reader = new FileReader();
    reader.addEventListener('load', () => {
      const bar = document.createElement('progress');
      bar.setAttribute('aria-label', file.name);
      work.replaceChildren(file.name, bar);
      work.scrollIntoView({ block: 'nearest' });
      element.setAttribute('aria-busy', 'true');
      trigger('file', { name: file.name, data: reader.result.replace(/^[^,]*,/, '') });
    });
    reader.readAsDataURL(file);
  });
  input.click();
}

function progress({ done, of, words }) {
  const bar = element.querySelector('.mq-work progress');
  if (!bar) return;
  bar.max = of;
  bar.value = done;
  bar.previousSibling.textContent = words;
}

function picked() {
  const films = {};
  element.querySelectorAll('.mq-import input[data-film]:checked').forEach((one) => {
    films[one.dataset.place] = Number(one.dataset.film);
  });
  return JSON.stringify(films);
}

function unfold() {
  element.querySelectorAll('details[data-keep]').forEach((fold) => {
    const wanted = kept.get(fold.dataset.keep) ?? (fold.dataset.wide === 'open' && wide());
    if (fold.open !== wanted) fold.open = wanted;
  });
}

function redrawn() {
  const page = element.querySelector('.mq-page');
  const revision = Number(page?.dataset.revision ?? 0);
  const looked = page?.dataset.looked !== undefined;
  if (restored) {
    restored = false;
    return unfold();
  }
  if (looked && busy !== null && newest.value !== null) {
    restored = true;
    props.value = newest.value; // the answer to a press is on its way and will show the same
    return;
  }
  if (revision < newest.revision) {
    props.value = newest.value; // an older drawing came late
    return;
  }
  newest = { revision, value: props.value };
  unfold();
  const now = Number(page?.dataset.turns ?? 0);
  if (turns && now > turns) scrollTo(element.querySelector('.mq-turn:last-of-type'));
  turns = now;
  const confirm = element.querySelector('.mq-confirm');
  if (confirm && !importing) {
    scrollTo(confirm.closest('.mq-import'));
    confirm.focus({ preventScroll: true });
  }
  importing = confirm !== null;
  if (!looked) answered();
}

// In an evening together: look once a second whether the others did something.
function look() {
  const live = element.querySelector('.mq-page')?.dataset.live;
  if (live && busy === null && !document.hidden) trigger('look', { value: live });
}

element.addEventListener('click', (event) => {
  const summary = event.target.closest('summary');
  const fold = summary?.closest('details[data-keep]');
  if (fold) kept.set(fold.dataset.keep, !fold.open);
  const button = event.target.closest('button[data-do]');
  if (button) press(button);
  const other = event.target.closest('button[data-fetch], button[data-import]');
  if (other?.dataset.fetch) trigger('fetch', { what: other.dataset.fetch });
  else if (other) bring(other);
});
element.addEventListener('change', (event) => {
  const slider = event.target.closest('input[data-do]');
  if (slider) send({ do: slider.dataset.do, id: '', value: slider.value });
});
element.addEventListener('submit', (event) => {
  const form = event.target.closest('form[data-do]');
  if (!form) return;
  event.preventDefault();
  const { id = '', value = '' } = Object.fromEntries(new FormData(form));
  send({ do: form.dataset.do, id, value });
  form.reset();
});
document.addEventListener('marquee:progress', (event) => progress(event.detail));
document.addEventListener('marquee:say', (event) => say(event.detail));
watch('value', redrawn);
setInterval(look, 1000);
unfold();
