// Takes what the server sends beside the conversation: how far an import is, and files to save. Nothing of it becomes
// markup, and nothing leaves the browser: a file is made here, from text.

function save({ name, type, text }) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

watch('value', () => {
  const sent = JSON.parse(props.value || '{}');
  if (sent.text !== undefined) save(sent);
  else if (sent.of) document.dispatchEvent(new CustomEvent('marquee:progress', { detail: sent }));
});
