import { post } from '../api.js';
import { h } from '../dom.js';
import { go } from '../router.js';
import * as state from '../state.js';

/** The frame of a parent's screens. */
export function frame(...content) {
  return h('div', { class: 'page' },
    h('header', { class: 'bar' },
      h('a', { class: 'brand', href: '/', onclick: follow }, h('img', { src: '/icon.svg', alt: '', width: 34, height: 34 }), 'Storytime'),
      h('span', { class: 'who' }, state.parent()?.user.email ?? ''),
      h('button', { class: 'quiet', 'data-testid': 'sign-out', onclick: signOut }, 'Sign out')),
    h('main', { class: 'content' }, content));
}

/** Follows a link of the page without loading it anew. */
export function follow(event) {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(new URL(event.currentTarget.href).pathname);
}

export function avatar(child, size = '') {
  return h('span', { class: `avatar tint-${child.id % 6} ${size}`, 'aria-hidden': 'true' }, [...child.name][0].toUpperCase());
}

export const problemBox = error => h('p', { class: 'problem shown', role: 'alert', 'data-testid': 'problem' }, error.message);

async function signOut() {
  const token = state.parent()?.refresh_token;
  state.forget();
  go('/', { replace: true });
  // Whether or not the API hears of it, this device has forgotten the tokens.
  await post('/auth/logout', { refresh_token: token }, { token: null }).catch(() => {});
}
