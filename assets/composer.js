// The line to type in: Enter sends, Shift+Enter breaks the line. What was typed goes to the conversation as an event.

const form = element.querySelector('form');
const line = element.querySelector('textarea');

function fit() {
  line.style.height = 'auto';
  line.style.height = `${Math.min(line.scrollHeight, 160)}px`;
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  document.dispatchEvent(new CustomEvent('marquee:say', { detail: line.value }));
  line.value = '';
  fit();
  line.focus();
});
line.addEventListener('input', fit);
line.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
