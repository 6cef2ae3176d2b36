// Questions and commands to the server. Every failure becomes an ApiError with a sentence for people.

import { url } from './dom.js';
import { learn } from './clock.js';

// Only a page of this login knows it: what changes something must come with it.
const TOKEN = typeof document === 'undefined' ? null : document.querySelector('meta[name="page-token"]')?.content;

export class ApiError extends Error {
  constructor(status, title, detail, problems = []) {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.problems = problems;
  }
}

/** Leads to the login, and from there back to this page; what is behind the # browsers take along themselves. Whoever has unsaved changes is asked by the browser first. */
function logIn() {
  const next = location.pathname.slice(url('').length) + location.search;
  location.assign(url(`/login?next=${encodeURIComponent(next)}`) + location.hash);
}

/** What an answer that is none says; if a login is missing, leads there. */
export async function problemOf(response) {
  if (response.status === 401) logIn();
  const json = await answer(response);
  return new ApiError(response.status, json?.title ?? `Error ${response.status}`, json?.detail ?? '', json?.problems ?? []);
}

function answer(response) {
  return response.json().catch((cause) => {
    if (cause.name === 'AbortError') throw cause;
    return null;
  });
}

/** The JSON answer and its headers. */
export async function request(method, path, { body, headers = {}, signal } = {}) {
  let response;
  try {
    response = await fetch(url(path), {
      method,
      signal,
      cache: 'no-store',
      headers: { accept: 'application/json', ...(TOKEN ? { 'x-csrf-token': TOKEN } : {}), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (cause) {
    if (cause.name === 'AbortError') throw cause;
    throw new ApiError(0, 'HubStorage cannot be reached', 'The server does not answer. It may be restarting; try again in a moment.');
  }
  learn(response.headers.get('date'));
  if (!response.ok) throw await problemOf(response);
  return { json: await answer(response), headers: response.headers };
}

export async function get(path, options) {
  return (await request('GET', path, options)).json;
}

export async function post(path, body) {
  return (await request('POST', path, { body })).json;
}
