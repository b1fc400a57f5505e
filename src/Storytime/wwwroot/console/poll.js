// Calls a page every few seconds, for as long as somebody can see it; never twice at once.
export function start(page, milliseconds) {
  let timer, stopped = false, busy = false;
  const plan = () => {
    clearTimeout(timer);
    if (!stopped && !busy && document.visibilityState === 'visible')
      timer = setTimeout(tick, milliseconds);
  };
  const tick = async () => {
    busy = true;
    try {
      await page.invokeMethodAsync('TickAsync');
    } catch {
      // The circuit is gone or comes again; either way there is another time.
    }
    busy = false;
    plan();
  };
  document.addEventListener('visibilitychange', plan);
  plan();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', plan);
    },
  };
}
