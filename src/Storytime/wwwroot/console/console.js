// What every page of the console needs: calls of the admin API from scripts, with the page's antiforgery token.
const token = () => document.querySelector('meta[name="csrf-token"]').content;

/** Answers the body of a 2xx; throws an Error with the API's sentence, its code and its status otherwise. */
export async function api(method, path, body, signal) {
  const answer = await fetch('/admin/api/v1' + path, {
    method,
    headers: { 'X-CSRF-Token': token(), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
  });
  const json = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (answer.ok)
    return json;
  const fields = Object.values(json?.error?.details ?? {}).filter(Array.isArray).flat();
  const error = new Error(fields.length > 0 ? fields.join(' ') : json?.error?.message ?? `The server answered ${answer.status}.`);
  throw Object.assign(error, { code: json?.error?.code, status: answer.status });
}

// Enter chooses from an open list of suggestions; the form around it must not be sent by it, which happens before the choice has arrived.
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement && event.target.closest('.mud-autocomplete'))
    event.preventDefault();
}, true);
