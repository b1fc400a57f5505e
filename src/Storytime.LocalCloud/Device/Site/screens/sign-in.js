import { demo, post, signIn } from '../api.js';
import { h, show } from '../dom.js';
import { field, form } from '../form.js';
import { go, takeMessage } from '../router.js';
import * as state from '../state.js';

const countries = [['US', 'United States'], ['GB', 'United Kingdom'], ['CA', 'Canada'], ['AU', 'Australia'], ['DE', 'Germany'], ['ES', 'Spain'], ['FR', 'France'], ['MX', 'Mexico']];

export function signInScreen() {
  draw('sign-in', takeMessage());
}

function draw(which, message) {
  const isNew = which === 'register';
  const enter = async values => {
    state.signedIn(isNew ? await post('/auth/register', values, { token: null }) : await signIn(values.email, values.password));
    go('/', { replace: true });
  };
  const entry = form({ class: 'card', 'data-testid': `${which}-form` }, enter,
    h('h1', {}, isNew ? 'Create an account' : 'Welcome back'),
    h('p', { class: 'lead' }, isNew ? 'For the grown-up who chooses the stories.' : 'Sign in to choose tonight’s stories.'),
    message ? h('p', { class: 'notice', role: 'status' }, message) : null,
    field('E-mail', { name: 'email', type: 'email', autocomplete: 'username', required: true, 'data-testid': 'email' }),
    field('Password', { name: 'password', type: 'password', autocomplete: isNew ? 'new-password' : 'current-password', required: true, 'data-testid': 'password' }, isNew ? 'At least 8 characters.' : null),
    isNew ? field('Country', { name: 'country', options: countries, 'data-testid': 'country' }, 'Some publishers offer their books in some countries only.') : null,
    h('button', { type: 'submit', class: 'primary wide', 'data-testid': 'submit' }, isNew ? 'Create account' : 'Sign in'),
    h('p', { class: 'switch' }, isNew ? 'Have an account? ' : 'New here? ',
      h('button', { type: 'button', class: 'link', 'data-testid': 'switch', onclick: () => draw(isNew ? 'sign-in' : 'register') }, isNew ? 'Sign in' : 'Create an account')),
    !isNew && demo.length > 0 ? demoFamilies() : null);
  show(h('main', { class: 'welcome' }, picture(), h('div', { class: 'welcome-form' }, entry)), isNew ? 'Create an account' : 'Sign in');

  function demoFamilies() {
    return h('div', { class: 'demo' }, h('p', {}, 'Or look around as a demo family:'),
      h('div', { class: 'chips' }, demo.map(parent => h('button', {
        type: 'button', class: 'chip', 'data-testid': 'demo-parent',
        onclick: () => {
          entry.elements.email.value = parent.email;
          entry.elements.password.value = parent.password;
          entry.requestSubmit();
        },
      }, `${nameOf(parent.email)} (${parent.country})`))));
  }
}

const nameOf = email => email[0].toUpperCase() + email.slice(1).split('@')[0];

function picture() {
  return h('div', { class: 'welcome-picture' },
    h('img', { src: '/welcome.svg', alt: '' }),
    h('p', { class: 'brand' }, 'Storytime'),
    h('p', { class: 'tagline' }, 'Read-aloud stories that you chose, and nothing else.'));
}
