import { get } from '../api.js';
import { h, icon, show } from '../dom.js';
import { cover } from '../cover.js';
import { dialog } from '../form.js';
import { kidLabel, kidReason, kidReasonOf } from '../refusals.js';
import { go, takeMessage } from '../router.js';
import * as state from '../state.js';

/** All that a child sees: the books on the shelf. */
export async function shelfScreen() {
  const { child } = state.child();
  const books = h('ul', { class: 'kid-shelf', 'data-testid': 'kid-shelf', 'aria-busy': 'true' }, Array.from({ length: 3 }, () => h('li', { class: 'kid-book skeleton' })));
  show(h('main', { class: 'kid' },
    h('header', { class: 'kid-head' }, h('h1', {}, `${child.name}’s stories`),
      h('button', { class: 'grown-ups', 'data-testid': 'grown-ups', onclick: () => go('/grown-ups') }, icon('lock'), h('span', {}, 'Grown-ups'))),
    books), `${child.name}’s stories`);
  const message = takeMessage();
  if (message) tell(message);
  try {
    const { data } = await get(`/children/${child.id}/library?per_page=100`);
    books.removeAttribute('aria-busy');
    if (data.length === 0) books.replaceWith(h('p', { class: 'kid-empty' }, 'No stories here yet. Ask a grown-up to choose some!'));
    // What can be played comes first; the order stays the shelf's otherwise.
    else books.replaceChildren(...[...data.filter(book => book.playable), ...data.filter(book => !book.playable)].map(kidBook));
  } catch (error) {
    books.replaceWith(h('p', { class: 'kid-empty' }, kidReasonOf(error)));
  }
}

function kidBook(book) {
  const open = () => book.playable ? go(`/watch/${book.id}`) : tell(kidReason(book.unavailable_reason));
  return h('li', { class: `kid-book ${book.playable ? '' : 'resting'}`, 'data-testid': 'kid-book' },
    h('button', { onclick: open, 'aria-label': book.playable ? `Play ${book.title}` : `${book.title}: ${kidReason(book.unavailable_reason)}` },
      cover(book), book.playable ? h('span', { class: 'kid-play' }, icon('play')) : h('span', { class: 'kid-label' }, kidLabel(book.unavailable_reason))),
    // Not shown below a drawn cover, which has its title on it.
    book.cover_image_url ? h('p', { class: 'kid-title', 'aria-hidden': 'true' }, book.title) : null);
}

export function tell(message) {
  const sheet = dialog({ class: 'kid-message', 'data-testid': 'kid-message', 'aria-labelledby': 'kid-message-text' },
    h('img', { src: '/sleepy-moon.svg', alt: '', width: 120, height: 120 }),
    h('p', { id: 'kid-message-text' }, message),
    h('button', { class: 'kid-ok', autofocus: true, onclick: () => sheet.close() }, 'OK'));
}
