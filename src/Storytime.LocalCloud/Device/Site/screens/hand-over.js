import { post } from '../api.js';
import { h } from '../dom.js';
import { dialog, form } from '../form.js';
import { go } from '../router.js';
import * as state from '../state.js';
import { avatar } from './frame.js';

/** Gives the device to a child: from here on it holds the child's token only. */
export function handOver(child) {
  const sheet = dialog({ 'aria-labelledby': 'hand-over-title', class: 'hand-over' },
    form({ 'data-testid': 'hand-over-form' }, async () => {
      const parent = state.parent();
      const { token, child_session: session } = await post(`/children/${child.id}/child_sessions`, { device_name: 'Device page' });
      state.handedOver(token, session.id, child, parent.user.email);
      sheet.close();
      go('/', { replace: true });
      // The parent's session ends with the hand-over; the way back is the password.
      await post('/auth/logout', { refresh_token: parent.refresh_token }, { token: null }).catch(() => {});
    },
      avatar(child, 'large'),
      h('h2', { id: 'hand-over-title' }, `Hand the device to ${child.name}?`),
      h('p', {}, `${child.name} will see the books on the shelf and can play and pause them, nothing else. To come back, you enter your password.`),
      h('div', { class: 'actions' }, h('button', { type: 'button', class: 'quiet', onclick: () => sheet.close() }, 'Not now'), h('button', { type: 'submit', class: 'primary', 'data-testid': 'hand-over-confirm' }, 'Hand over'))));
}
