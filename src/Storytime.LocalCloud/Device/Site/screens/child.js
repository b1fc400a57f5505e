import { del, get, post } from '../api.js';
import { announce, h, icon, show } from '../dom.js';
import { cover } from '../cover.js';
import { parentReason } from '../refusals.js';
import { catalog } from './catalog.js';
import { avatar, follow, frame, problemBox } from './frame.js';
import { handOver } from './hand-over.js';

/** One child's shelf, and the catalog to fill it from. */
export async function childScreen(id) {
  const content = h('div', { 'aria-busy': 'true' });
  show(frame(back(), content), 'Shelf');
  let child;
  let shelf;
  try {
    [child, shelf] = await Promise.all([get(`/children/${id}`), get(`/children/${id}/library?per_page=100`)]);
  } catch (error) {
    content.replaceChildren(problemBox(error));
    return;
  } finally {
    content.removeAttribute('aria-busy');
  }

  const list = h('ul', { class: 'shelf', 'data-testid': 'shelf' });
  const count = h('span', { class: 'count' });
  const problem = h('div', { role: 'alert' });
  const books = new Map(shelf.data.map(book => [book.id, book]));

  const draw = () => {
    count.textContent = books.size;
    list.replaceChildren(...(books.size === 0
      ? [h('li', { class: 'empty' }, h('p', {}, `${child.name}’s shelf is empty.`), h('p', {}, 'Find a first story in the catalog.'))]
      : [...books.values()].map(book => shelfItem(book, () => remove(book)))));
    finder.refresh();
  };

  const change = async (work, said) => {
    problem.replaceChildren();
    try {
      await work();
      books.clear();
      for (const book of (await get(`/children/${id}/library?per_page=100`)).data) books.set(book.id, book);
      announce(said);
    } catch (error) {
      problem.replaceChildren(problemBox(error));
    }
    draw();
  };
  const add = book => change(() => post(`/children/${id}/library_items`, { book_id: book.id }), `${book.title} is on the shelf.`);
  const remove = book => change(() => del(`/children/${id}/library_items/${book.id}`), `${book.title} is off the shelf.`);

  const finder = catalog({ has: book => books.has(book.id), add });
  draw();
  document.title = `${child.name} · Storytime`;
  content.replaceChildren(
    h('div', { class: 'child-head' }, avatar(child, 'large'), h('h1', {}, child.name),
      h('button', { class: 'primary hand', 'data-testid': 'hand-over', onclick: () => handOver(child) }, icon('moon'), `Hand over to ${child.name}`)),
    problem,
    h('div', { class: 'columns' },
      h('section', { 'aria-labelledby': 'shelf-title' }, h('h2', { id: 'shelf-title' }, 'On the shelf ', count), h('button', { class: 'jump', onclick: () => document.getElementById('find-title').scrollIntoView({ behavior: 'smooth' }) }, 'Find books'), list),
      h('section', { 'aria-labelledby': 'find-title' }, h('h2', { id: 'find-title' }, 'Find books'), finder.element)));
}

const back = () => h('a', { class: 'back-link', href: '/', onclick: follow }, icon('back'), 'All children');

function shelfItem(book, remove) {
  return h('li', { class: `shelf-item ${book.playable ? '' : 'unplayable'}`, 'data-testid': 'shelf-item' },
    cover(book),
    h('div', { class: 'book-text' }, h('h3', {}, book.title), h('p', { class: 'meta' }, book.author),
      book.playable ? null : h('p', { class: 'reason', 'data-testid': 'unavailable-reason' }, parentReason(book.unavailable_reason)),
      book.playable && book.leaving_at ? h('p', { class: 'reason', 'data-testid': 'leaving' }, `Leaves on ${new Date(book.leaving_at).toLocaleDateString('en', { month: 'long', day: 'numeric' })}.`) : null),
    h('button', { class: 'round', 'data-testid': 'remove-book', 'aria-label': `Take ${book.title} off the shelf`, title: 'Take off the shelf', onclick: remove }, icon('close')));
}
