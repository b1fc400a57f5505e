import { get, post } from '../api.js';
import { h, icon, show } from '../dom.js';
import { dialog, field, form } from '../form.js';
import { go } from '../router.js';
import { avatar, follow, frame, problemBox } from './frame.js';

export async function childrenScreen() {
  const grid = h('ul', { class: 'children', 'aria-busy': 'true' }, Array.from({ length: 2 }, () => h('li', { class: 'child-card skeleton' })));
  show(frame(h('h1', {}, 'Who is reading?'), h('p', { class: 'lead' }, 'Choose a child to fill the shelf, or to hand the device over.'), grid), 'Children');
  try {
    const children = (await get('/children?per_page=100')).data;
    grid.removeAttribute('aria-busy');
    grid.replaceChildren(...children.map(card), h('li', {}, h('button', { class: 'child-card add', 'data-testid': 'add-child', onclick: addChild }, h('span', { class: 'avatar plus' }, icon('plus')), h('span', { class: 'child-name' }, 'Add a child'))));
  } catch (error) {
    grid.replaceWith(problemBox(error));
  }
}

function card(child) {
  const age = child.birth_year ? new Date().getFullYear() - child.birth_year : null;
  return h('li', {}, h('a', { class: 'child-card', href: `/children/${child.id}`, 'data-testid': 'child', onclick: follow },
    avatar(child), h('span', { class: 'child-name' }, child.name), age === null ? null : h('span', { class: 'child-age' }, age === 1 ? '1 year old' : `${age} years old`)));
}

function addChild() {
  const thisYear = new Date().getFullYear();
  const sheet = dialog({ 'aria-labelledby': 'add-child-title' },
    form({ 'data-testid': 'add-child-form' }, async values => {
      const child = await post('/children', { name: values.name, birth_year: values.birth_year ? Number(values.birth_year) : undefined });
      sheet.close();
      go(`/children/${child.id}`);
    },
      h('h2', { id: 'add-child-title' }, 'Add a child'),
      field('First name or nickname', { name: 'name', autocomplete: 'off', maxlength: 50, required: true, 'data-testid': 'child-name' }),
      field('Year of birth', { name: 'birth_year', 'data-testid': 'child-birth-year', options: [['', 'I would rather not say'], ...Array.from({ length: 14 }, (_, ago) => [thisYear - ago, thisYear - ago])] }, 'Only used to suggest books of the right age.'),
      h('div', { class: 'actions' }, h('button', { type: 'button', class: 'quiet', onclick: () => sheet.close() }, 'Cancel'), h('button', { type: 'submit', class: 'primary', 'data-testid': 'submit' }, 'Add'))));
}
