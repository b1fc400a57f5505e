import { call, signIn } from '../api.js';
import { h, icon, show } from '../dom.js';
import { field, form } from '../form.js';
import * as events from '../events.js';
import { go } from '../router.js';
import * as state from '../state.js';

/** The way out of child mode: the parent's password, which the server checks. */
export function gateScreen() {
  const { parent_email: email, child, session_id: sessionId } = state.child();
  show(h('main', { class: 'kid gate' },
    form({ class: 'card', 'data-testid': 'gate-form' }, async values => {
      const session = await signIn(email, values.password);
      await events.flush();
      state.signedIn(session);
      go(`/children/${child.id}`, { replace: true });
      // The child's token ends with child mode.
      await call('DELETE', `/children/${child.id}/child_sessions/${sessionId}`, undefined, { token: session.jwt }).catch(() => {});
    },
      h('span', { class: 'gate-icon' }, icon('lock')),
      h('h1', {}, 'For grown-ups'),
      h('p', { class: 'lead' }, `Enter the password of ${email} to leave ${child.name}’s stories.`),
      h('input', { type: 'hidden', name: 'email', value: email, autocomplete: 'username' }),
      field('Password', { name: 'password', type: 'password', autocomplete: 'current-password', required: true, 'data-testid': 'gate-password' }),
      h('div', { class: 'actions' },
        h('button', { type: 'button', class: 'quiet', 'data-testid': 'gate-back', onclick: () => go('/') }, 'Back to the stories'),
        h('button', { type: 'submit', class: 'primary', 'data-testid': 'gate-submit' }, 'Continue')))), 'For grown-ups');
}
