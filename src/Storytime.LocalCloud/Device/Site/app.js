import { configure, onSignedOut } from './api.js';
import * as events from './events.js';
import * as state from './state.js';
import { go, onNavigate } from './router.js';
import { signInScreen } from './screens/sign-in.js';
import { childrenScreen } from './screens/children.js';
import { childScreen } from './screens/child.js';
import { shelfScreen } from './screens/shelf.js';
import { playerScreen } from './screens/player.js';
import { gateScreen } from './screens/gate.js';

// In child mode these are all the addresses there are; anything else leads to the shelf.
const childRoutes = [
  [/^\/$/, shelfScreen],
  [/^\/watch\/(\d+)$/, playerScreen],
  [/^\/grown-ups$/, gateScreen],
];

const parentRoutes = [
  [/^\/$/, childrenScreen],
  [/^\/children\/(\d+)$/, childScreen],
];

const guestRoutes = [[/^\/(sign-in)?$/, signInScreen]];

let leave = null;

function render() {
  leave?.();
  leave = null;
  const mode = state.child() ? 'child' : state.parent() ? 'parent' : 'guest';
  document.body.dataset.mode = mode;
  const routes = { child: childRoutes, parent: parentRoutes, guest: guestRoutes }[mode];
  for (const [pattern, screen] of routes) {
    const match = pattern.exec(location.pathname);
    if (match) {
      const whenLeft = screen(...match.slice(1));
      leave = typeof whenLeft === 'function' ? whenLeft : null;
      return;
    }
  }

  go('/', { replace: true });
}

onNavigate(render);
// Another tab may have handed the device over, or signed out.
window.addEventListener('storage', event => {
  if (event.key === null || event.key === 'storytime.child' || (event.key === 'storytime.parent' && !event.newValue !== !event.oldValue)) go('/', { replace: true });
});
onSignedOut.handler = message => go('/', { replace: true, message });

await configure();
events.start();
render();
