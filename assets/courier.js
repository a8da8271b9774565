// Takes what the server tells of an import while it works: how far it is, and at the end where the preview waits.

watch('value', () => {
  const told = JSON.parse(props.value || '{}');
  if (told.number || told.of) document.dispatchEvent(new CustomEvent('marquee:progress', { detail: told }));
});
