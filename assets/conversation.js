// Runs once when the conversation appears. Buttons say what they do in data- attributes; every press becomes one request,
// answered with what changed on the page, and the next is sent when the last was answered.

const waiting = [];
const kept = new Map(); // which folds the person opened or closed, by data-keep
const again = new Set(['say', 'more', 'drop', 'flip', 'undo', 'confirm', 'react', 'save', 'unsave']);
let session = null; // none is known until the page was drawn for this browser
let busy = false;
let presses = 0;
let turns = 0;
let importing = false; // whether an import waits to be confirmed

const wide = () => window.matchMedia('(min-width: 60rem)').matches;
const calm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

function send(event) {
  waiting.push({ request: fresh(), ...event });
  if (!busy) next();
}

async function next() {
  const event = session === null ? undefined : waiting.shift();
  if (event === undefined) return;
  busy = true;
  presses += 1;
  element.setAttribute('aria-busy', 'true');
  const answer = await insist(event);
  busy = false;
  element.setAttribute('aria-busy', 'false');
  answered(answer, event);
  next();
}

function ask({ do: what, id = '', value = '', request = '', whose = session }) {
  const parts = [...element.querySelectorAll('[data-mark]')].map((one) => [one.dataset.part, one.dataset.mark]);
  return server.ask({ session: whose, do: what, id, value, request, held: Object.fromEntries(parts) });
}

// What may be done twice, or is not done again under the same number, is sent again where its reply was lost.
async function insist(event) {
  for (let tries = again.has(event.do) ? 3 : 1; ; tries -= 1) {
    const answer = await ask(event).catch(() => null);
    if (answer || tries === 1) return answer;
    await new Promise((later) => setTimeout(later, 1000));
  }
}

function fresh() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
}

function answered(answer, event) {
  if (!answer || answer.notice) return sorry(answer?.notice);
  if (answer.file) save(answer.file);
  if (answer.page) redraw(answer);
  if (event.notice) element.querySelector('.mq-notice').textContent = event.notice;
}

// The server is away or at its wits' end: what was typed stays to be read.
function sorry(why) {
  const notice = element.querySelector('.mq-notice');
  notice.textContent = why ?? notice.dataset.sorry;
  element.querySelectorAll('.mq-dots').forEach((dots) => dots.remove());
}

// What was changed here before the server said so has to come from there again.
function touched(button) {
  button.closest('[data-mark]')?.removeAttribute('data-mark');
}

function say(text) {
  pending(text);
  send({ do: 'say', value: text });
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
  touched(button);
  send({ do: 'react', id, value });
}

function keep(button, id) {
  const pressed = button.getAttribute('aria-pressed') === 'true';
  button.setAttribute('aria-pressed', String(!pressed));
  touched(button);
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
      trigger('file', { session, name: file.name, data: reader.result.replace(/^[^,]*,/, '') });
    });
    reader.readAsDataURL(file);
  });
  input.click();
}

function progress(told) {
  if (told.notice !== undefined) return send({ do: 'draw', whose: told.session, notice: told.notice });
  const bar = element.querySelector('.mq-work progress');
  if (!bar) return;
  bar.max = told.of;
  bar.value = told.done;
  bar.previousSibling.textContent = told.words;
}

// A file to take along is made here, from text; nothing of it becomes markup.
function save({ name, type, text }) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
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

function redraw(answer) {
  const drawn = document.createElement('template');
  drawn.innerHTML = answer.page;
  patch(element.querySelector('.mq-page'), drawn.content.firstElementChild);
  if (session !== answer.session) {
    session = answer.session;
    trigger('keep');
  }
  settle();
}

function settle() {
  unfold();
  const now = Number(element.querySelector('.mq-page').dataset.turns);
  if (turns && now > turns) scrollTo(element.querySelector('.mq-turn:last-of-type'));
  turns = now;
  const confirm = element.querySelector('.mq-confirm');
  if (confirm && !importing) {
    scrollTo(confirm.closest('.mq-import'));
    confirm.focus({ preventScroll: true });
  }
  importing = confirm !== null;
}

// The first drawing comes with the page and is nobody's; the second is for the session that this browser holds.
function opened() {
  session = element.querySelector('.mq-page').dataset.session ?? null;
  settle();
  if (!busy) next();
}

// In an evening together: look once a second whether the others did something.
async function look() {
  const { live } = element.querySelector('.mq-page').dataset;
  if (!live || busy || document.hidden) return;
  const before = presses;
  const answer = await ask({ do: 'look', value: live });
  if (answer?.page && presses === before) redraw(answer); // the answer to a press shows the same, and is newer
}

element.addEventListener('click', (event) => {
  const summary = event.target.closest('summary');
  const fold = summary?.closest('details[data-keep]');
  if (fold) kept.set(fold.dataset.keep, !fold.open);
  const button = event.target.closest('button[data-do]');
  if (button) press(button);
  const other = event.target.closest('button[data-fetch], button[data-import]');
  if (other?.dataset.fetch) send({ do: 'fetch', value: other.dataset.fetch });
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
watch('value', opened);
setInterval(look, 1000);
opened();
