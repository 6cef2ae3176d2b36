// Shows a page of our own while the server does not answer. That page, and what it is made of, is all that is ever kept: no
// answer of the server is stored, and of what pages ask for only the pages themselves pass through here.

// An update of the program registers another address, hence fills another cache.
const VERSION = new URL(self.location.href).searchParams.get('v') ?? '';
const SCOPE = new URL(self.registration.scope);
// Another HubStorage may live below another path of the same server.
const CACHES = `HubStorage ${SCOPE.pathname} `;
const CACHE = CACHES + VERSION;
const PAGE = 'offline.html';
const PARTS = ['css/base.css', 'css/offline.css', 'js/theme.js', 'js/offline.js', 'js/last-heard.js', 'js/clock.js', 'js/dom.js', 'js/format.js'];
// Downloads, what programs ask, and ways in and out: they go to the server or nowhere.
const NOT_PAGES = /^(api|assets|eventbus|health|login|logout|metrics|openapi\.yaml)(?![^/])/;

self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(keep());
});

self.addEventListener('activate', (event) => event.waitUntil(Promise.all([forget(), self.registration.navigationPreload?.enable()])));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== SCOPE.origin || !pathname.startsWith(SCOPE.pathname)) return;
  const path = pathname.slice(SCOPE.pathname.length);
  if (path.startsWith('offline/')) event.respondWith(kept(path.slice('offline/'.length)).then((found) => found ?? Response.error()));
  else if (request.mode === 'navigate' && request.method === 'GET' && !NOT_PAGES.test(path)) event.respondWith(page(event));
});

async function page(event) {
  let response = Response.error();
  try {
    // Asked for while this worker was still starting.
    response = (await event.preloadResponse) ?? (await fetch(event.request));
    if (!isOfAProxy(response)) return response;
  } catch {
    // The server does not answer.
  }
  return (await kept(PAGE)) ?? response;
}

/** What a proxy says whose server is away. What this server says itself has its policy. */
function isOfAProxy({ status, headers }) {
  return status >= 502 && status <= 504 && !headers.has('content-security-policy');
}

async function kept(name) {
  return (await caches.open(CACHE)).match(address(name));
}

/** Under names that nothing else has, so that no page which is not ours is ever given one of them. */
function address(name) {
  return new URL(`offline/${name}`, SCOPE);
}

async function keep() {
  const cache = await caches.open(CACHE);
  await Promise.all([PAGE, ...PARTS].map(async (name) => cache.put(address(name), await asset(name))));
}

/** As a response of its own: one that knows where it came from would lead its imports there. */
async function asset(name) {
  const response = await fetch(new URL(`assets/${name}`, SCOPE), { redirect: 'error' });
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  const headers = ['content-type', 'content-security-policy'].map((header) => [header, response.headers.get(header)]);
  return new Response((await response.text()).replaceAll('{base}', SCOPE.pathname.slice(0, -1)), { headers });
}

async function forget() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(CACHES) && name !== CACHE).map((name) => caches.delete(name)));
}
