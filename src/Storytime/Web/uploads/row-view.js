// One row of the list: made once, then only what changed is changed, so that the focus and what a screen reader has read stay where they are.
import { bytes, duration } from './files.js';
import { h, newId } from './dom.js';
import { BookPicker } from './picker.js';

const kinds = { video: 'Video', cover: 'Cover', captions: 'Captions' };

const words = {
  choose: 'Choose its book', waiting: 'Ready to start', sending: 'Uploading', paused: 'Paused', stopped: 'Stopped', lost: 'Choose the file again', held: 'Uploaded',
  making: 'Being checked', processing: 'Being encoded', ready: 'Ready', published: 'Published', failed: 'Encoding failed', done: 'Done',
};

const beforeStart = ['choose', 'waiting', 'lost', 'stopped'];

export class RowView {
  /** @param {{ start, pause, goOn, retry, cancel, choose, draft, setBook, setPublish, setLanguage }} acts take the row */
  constructor(row, acts) {
    this.row = row;
    const name = newId('file');
    const button = (label, act, filled = false) =>
      h('button', { type: 'button', className: `up-button${filled ? ' up-filled' : ''}`, onclick: () => act(row), 'aria-describedby': name }, label);
    this.buttons = {
      start: button('Start', acts.start, true), pause: button('Pause', acts.pause), goOn: button('Resume', acts.goOn, true), retry: button('Try again', acts.retry, true),
      choose: button('Choose the file', acts.choose, true), cancel: button('Cancel', acts.cancel), remove: button('Remove from the list', acts.cancel),
    };
    this.picker = new BookPicker('Book', book => acts.setBook(row, book));
    this.draft = button('New book', acts.draft);
    this.publish = h('input', { type: 'checkbox', id: newId('publish'), onchange: () => acts.setPublish(row, this.publish.checked) });
    this.publishLine = h('div', { className: 'up-check' }, this.publish, h('label', { htmlFor: this.publish.id }, 'Publish when ready'));
    this.language = h('input', { id: newId('language'), maxLength: 35, size: 8, onchange: () => acts.setLanguage(row, this.language.value.trim()) });
    this.languageLine = h('div', { className: 'up-field up-narrow' }, h('label', { htmlFor: this.language.id }, 'Language'), this.language);
    this.status = h('span', { className: 'up-status' });
    this.note = h('p', { className: 'up-note' });
    this.hint = h('p', { className: 'up-hint' });
    this.bar = h('progress', { max: 100, 'aria-label': `Progress of ${row.name}` });
    this.numbers = h('span', { className: 'up-numbers' });
    this.link = h('a', { className: 'up-link' });
    this.element = h('li', { className: 'up-row', 'aria-labelledby': name },
      h('div', { className: 'up-head' }, h('h3', { id: name }, row.name), h('span', { className: 'up-kind' }, `${kinds[row.kind]}, ${bytes(row.size)}`), this.status),
      h('div', { className: 'up-progress' }, this.bar, this.numbers),
      this.note,
      h('div', { className: 'up-fields' }, this.picker.element, this.draft, row.kind === 'captions' ? this.languageLine : null, row.kind === 'video' ? this.publishLine : null),
      this.hint,
      h('div', { className: 'up-actions' }, this.link, ...Object.values(this.buttons)));
    this.update();
  }

  update() {
    const { row } = this;
    const { stage } = row;
    text(this.status, stage === 'held' && row.kind === 'captions' ? 'Uploaded' : words[stage]);
    this.element.dataset.stage = stage;
    text(this.note, noteOf(row));
    text(this.hint, hintOf(row));
    this.note.classList.toggle('up-problem', ['stopped', 'failed'].includes(stage));
    const open = beforeStart.includes(stage) || (row.kind !== 'cover' && ['sending', 'paused', 'held'].includes(stage));
    this.picker.show(row.book, row.candidates, stage === 'stopped' && row.uploaded && row.kind === 'cover');
    // Later on the link tells it.
    this.picker.element.hidden = !open;
    this.publishLine.hidden = ['published', 'failed'].includes(stage) || row.book?.status === 'active';
    this.languageLine.hidden = !open;
    this.publish.checked = row.publish;
    if (document.activeElement !== this.language)
      this.language.value = row.language ?? '';
    this.#progress();
    this.#actions(open);
  }

  #progress() {
    const { row } = this;
    const encoding = row.stage === 'processing';
    const shown = encoding || ['sending', 'paused', 'stopped', 'lost', 'making'].includes(row.stage);
    this.bar.parentElement.hidden = !shown;
    if (encoding && row.percent == null)
      this.bar.removeAttribute('value');
    else
      this.bar.value = encoding ? row.percent : 100 * (row.sent ?? 0) / row.size;
    const left = row.speed > 0 ? `, ${bytes(Math.round(row.speed))}/s, ${duration((row.size - row.sent) / row.speed)} left` : '';
    text(this.numbers, encoding ? (row.percent == null ? 'waits for its turn' : `${row.percent} % encoded`)
      : `${bytes(row.sent ?? 0)} of ${bytes(row.size)}${row.stage === 'sending' ? left : ''}`);
  }

  #actions(open) {
    const { row, buttons } = this;
    const { stage } = row;
    const shown = {
      start: stage === 'waiting', pause: stage === 'sending', goOn: stage === 'paused', retry: stage === 'stopped' && (row.uploaded || row.file !== undefined),
      choose: stage === 'lost' || (stage === 'stopped' && !row.uploaded && row.file === undefined),
      cancel: ['sending', 'paused', 'stopped', 'lost', 'held'].includes(stage),
      remove: ['choose', 'waiting', 'processing', 'ready', 'published', 'failed', 'done'].includes(stage),
    };
    const focused = Object.values(buttons).includes(document.activeElement);
    for (const [name, button] of Object.entries(buttons))
      button.hidden = !shown[name];
    this.draft.hidden = !open || row.book != null;
    this.link.hidden = !row.book || beforeStart.includes(stage);
    if (row.book) {
      this.link.href = `/admin/books/${row.book.id}`;
      text(this.link, `Open ${row.book.title}`);
    }
    // A button that went away under the focus passes it on.
    if (focused && document.activeElement?.hidden !== false)
      (Object.values(buttons).find(button => !button.hidden) ?? this.link).focus();
  }
}

function noteOf(row) {
  if (row.note || row.stage !== 'lost')
    return row.note ?? '';
  return row.sent > 0
    ? `${bytes(row.sent)} of ${bytes(row.size)} are there already. The page was loaded anew, and a browser then forgets which file it was: choose it again and it goes on from there.`
    : 'The page was loaded anew, and a browser then forgets which file it was: choose it again.';
}

function hintOf(row) {
  if (row.kind !== 'video' || !row.book || ['published', 'failed', 'ready'].includes(row.stage))
    return row.kind === 'video' && row.stage === 'ready' && !row.publish && row.book?.status !== 'active' ? `The book is ${row.book.status}. Tick the box to publish it now.` : '';
  if (row.book.status === 'active')
    return row.book.hasVideo ? 'The book is published. This video replaces the one that plays, as soon as it is ready.' : 'The book is published already. It plays as soon as its video is ready.';
  return row.publish ? 'The book is published when its video is ready, if this page is open then. Where it may be watched, its rights windows say.' : '';
}

function text(element, value) {
  if (element.textContent !== value)
    element.textContent = value;
  if (element.tagName === 'P')
    element.hidden = value === '';
}
