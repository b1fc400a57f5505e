// The page /admin/uploads. Blazor leaves its container alone, so that files go on while the circuit of the page is lost and found again.
import { ask } from './ask.js';
import { accepted } from './files.js';
import { take } from './choose.js';
import { askForDraft } from './draft.js';
import { h, newId } from './dom.js';
import { busy, canStart, ended, Rows } from './rows.js';
import { RowView } from './row-view.js';
import { Totals } from './totals.js';
import { Work } from './work.js';

const leaving = 'Files are being uploaded. When you leave the page, they stop; you can go on later, when you choose the same files again.';

/** @param {HTMLElement} root @returns {Promise<{ mayLeave: () => Promise<boolean>, dispose: () => void }>} */
export async function mount(root) {
  const release = await becomeKeeper();
  const page = new Page(root, release !== null);
  void page.work.resume();
  return { mayLeave: async () => !page.isBusy || await ask(leaving, 'Leave', 'Stay'), dispose: () => { page.dispose(); release?.(); } };
}

/** One tab alone remembers the list: two would overwrite each other's. @returns {Promise<(() => void) | null>} null when another tab does. */
function becomeKeeper() {
  return new Promise(resolve => void navigator.locks.request('storytime-uploads', { ifAvailable: true }, lock => {
    if (!lock)
      return resolve(null);
    return new Promise(release => resolve(release));
  }));
}

class Page {
  #views = new Map();
  #totals = new Totals();
  #quarter = 0;
  #timer;

  constructor(root, keeps) {
    this.rows = new Rows(keeps);
    this.work = new Work(this.rows);
    this.#build(root, keeps);
    this.rows.addEventListener('add', e => this.#show(e.detail));
    this.rows.addEventListener('change', e => this.#onChange(e.detail));
    this.rows.addEventListener('remove', e => this.#onRemove(e.detail));
    this.rows.all.forEach(row => this.#show(row));
    addEventListener('beforeunload', this.#onLeave);
    this.#timer = setInterval(() => this.#tick(), 500);
    this.#tick();
  }

  get isBusy() {
    return this.rows.all.some(busy);
  }

  dispose() {
    clearInterval(this.#timer);
    removeEventListener('beforeunload', this.#onLeave);
    this.work.end();
    this.root.replaceChildren();
  }

  #build(root, keeps) {
    const button = (label, act, filled = false) => h('button', { type: 'button', className: `up-button${filled ? ' up-filled' : ''}`, onclick: act }, label);
    this.root = root;
    this.input = h('input', { type: 'file', multiple: true, accept: accepted, hidden: true, onchange: () => { void this.#take([...this.input.files]); this.input.value = ''; } });
    this.drop = h('div', {
      className: 'up-drop', ondragover: e => { e.preventDefault(); this.drop.classList.add('up-over'); }, ondragleave: () => this.drop.classList.remove('up-over'),
      ondrop: e => { e.preventDefault(); this.drop.classList.remove('up-over'); void this.#take([...e.dataTransfer.files]); },
    }, h('p', {}, 'Drop files here, or choose them. Videos are .mp4, .m4v or .mov; covers .jpg, .png or .webp; captions .vtt.'),
    h('p', { className: 'up-hint' }, 'Names tell the book: “The Moon Boat.mp4”, “The Moon Boat - Ada Reed.jpg”, “123_moon.mp4” for book 123, “the-moon-boat.de.vtt” for German captions.'),
    button('Choose files', () => this.input.click(), true), this.input);
    const all = newId('publish-all');
    this.publishAll = h('input', { type: 'checkbox', id: all, onchange: () => this.#publishAll() });
    this.bulk = {
      start: button('Start all', () => this.rows.all.filter(canStart).forEach(row => this.work.start(row)), true),
      pause: button('Pause all', () => this.rows.all.forEach(row => this.work.pause(row))),
      goOn: button('Resume all', () => this.rows.all.forEach(row => this.work.goOn(row))),
      clear: button('Remove the finished', () => this.rows.all.filter(ended).forEach(row => this.rows.remove(row))),
    };
    this.total = h('progress', { max: 100, 'aria-label': 'Progress of all files' });
    this.totalText = h('span', { className: 'up-numbers' });
    this.totalLine = h('div', { className: 'up-progress', hidden: true }, this.total, this.totalText);
    this.problems = h('div', { role: 'alert', className: 'up-problem' });
    this.live = h('p', { role: 'status', className: 'sr-only' });
    this.list = h('ul', { className: 'up-list', role: 'list' });
    this.bar = h('div', { className: 'up-actions' }, ...Object.values(this.bulk), h('div', { className: 'up-check' }, this.publishAll, h('label', { htmlFor: all }, 'Publish all when ready')));
    this.section = h('section', { 'aria-labelledby': 'up-files' }, h('h2', { id: 'up-files' }, 'Files'), this.bar, this.totalLine, this.list);
    root.replaceChildren(keeps ? '' : h('p', { className: 'up-note' }, 'Uploads are open in another tab too. This tab works as well, but forgets its list when it is loaded anew.'),
      this.drop, this.problems, this.live, this.section);
  }

  async #take(files) {
    this.#say(`${files.length} ${files.length === 1 ? 'file' : 'files'} chosen.`);
    const { added, resumed, refused } = await take(files, this.rows);
    this.problems.replaceChildren(...refused.map(sentence => h('p', {}, sentence)));
    for (const row of added) {
      row.publish = this.publishAll.checked && row.kind === 'video';
      this.rows.add(row);
    }
    for (const row of resumed) {
      if (row.book && row.started)
        this.work.start(row);
      else
        this.rows.change(row, { stage: 'choose', note: '' });
    }
    await this.work.reconsider();
    const matched = added.filter(row => row.book).length;
    if (added.length > 0)
      this.#say(`${added.length} added, ${matched} matched to a book.${matched < added.length ? ' Choose books for the others.' : ''}`);
  }

  #show(row) {
    const view = new RowView(row, {
      start: r => this.work.start(r), pause: r => this.work.pause(r), goOn: r => this.work.goOn(r), retry: r => this.work.retry(r), cancel: r => this.#cancel(r),
      choose: () => this.input.click(), draft: r => this.#draft(r), setBook: (r, book) => this.#setBook(r, book),
      setPublish: (r, publish) => this.#setPublish(r, publish), setLanguage: (r, language) => this.rows.change(r, { language }),
    });
    this.#views.set(row.key, view);
    this.list.append(view.element);
    this.#tick();
  }

  #onChange({ row, before }) {
    this.#views.get(row.key)?.update();
    if (row.stage === before)
      return;
    const said = {
      paused: 'is paused', stopped: `has stopped: ${row.note}`, processing: 'is uploaded and being encoded', ready: 'is ready', published: 'is published', failed: 'could not be encoded', done: 'is done',
    }[row.stage];
    if (said)
      this.#say(`${row.name} ${said}.`);
    this.#tick();
  }

  /** The focus goes to the next row, or to where files are chosen. */
  #onRemove(row) {
    const { element } = this.#views.get(row.key);
    const focused = element.contains(document.activeElement);
    const next = element.nextElementSibling ?? element.previousElementSibling ?? this.drop;
    element.remove();
    this.#views.delete(row.key);
    if (focused)
      [...next.querySelectorAll('button')].find(button => !button.hidden)?.focus();
    this.#tick();
  }

  async #cancel(row) {
    const loses = row.sent > 0 && !row.assetId && row.stage !== 'done';
    if (!loses || await ask(`Cancel ${row.name}? What was sent of it is deleted.`, 'Cancel the upload', 'Keep it'))
      await this.work.cancel(row);
  }

  async #draft(row) {
    const book = await askForDraft(row);
    if (!book)
      return;
    const chosen = { id: book.id, title: book.title, author: book.author, status: book.status, hasVideo: false };
    // Its cover and captions are called the same.
    for (const other of this.rows.all.filter(r => r === row || (!r.book && r.title && r.title.toLowerCase() === row.title?.toLowerCase())))
      this.#setBook(other, chosen);
    this.#say(`${book.title} is added as a draft.`);
  }

  #setBook(row, book) {
    this.rows.change(row, { book });
    void this.work.reconsider();
  }

  #setPublish(row, publish) {
    this.rows.change(row, { publish });
    if (publish && row.stage === 'ready')
      void this.work.publish(row);
  }

  #publishAll() {
    for (const row of this.rows.all.filter(r => r.kind === 'video' && !ended(r)))
      this.#setPublish(row, this.publishAll.checked);
  }

  #tick() {
    const rows = this.rows.all;
    this.#totals.sample(rows);
    rows.filter(row => row.stage === 'sending').forEach(row => this.#views.get(row.key)?.update());
    const { text, percent } = this.#totals.of(rows);
    this.section.hidden = rows.length === 0;
    this.totalLine.hidden = percent === null;
    this.total.value = percent ?? 0;
    this.totalText.textContent = text;
    this.bulk.start.disabled = !rows.some(canStart);
    this.bulk.pause.disabled = !rows.some(row => row.stage === 'sending');
    this.bulk.goOn.disabled = !rows.some(row => row.stage === 'paused');
    this.bulk.clear.disabled = !rows.some(ended);
    // A quarter at a time: a screen reader reads nothing else otherwise.
    const quarter = percent === null ? 0 : Math.floor(percent / 25);
    if (quarter > this.#quarter && quarter < 4)
      this.#say(`${quarter * 25} percent are uploaded. ${text}.`);
    this.#quarter = quarter;
  }

  #say(sentence) {
    this.live.textContent = sentence;
  }

  #onLeave = e => {
    if (this.isBusy)
      e.preventDefault();
  };
}
