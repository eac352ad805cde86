// Answers the page's requests from the scripts beside it: a page opened from disk may not fetch.
(() => {
  const taken = {};
  const resolvers = {};
  window.answer = (path, body) => resolvers[path](body);

  const take = (path) =>
    new Promise((resolve, reject) => {
      resolvers[path] = resolve;
      const script = document.createElement("script");
      script.src = `./api/${path}.js`;
      script.onerror = () => reject(new TypeError(`The site has no ${path}.`));
      document.head.append(script);
    });

  const elsewhere = window.fetch;
  window.fetch = (resource, options) => {
    const path = String(resource.url ?? resource).match(/(?:^|\/)api\/([^?]+)/)?.[1];
    if (!path) return elsewhere(resource, options);
    taken[path] ??= take(path);
    return taken[path].then((body) => Response.json(body));
  };

  localStorage.KedroViz ??= JSON.stringify({ theme: "light", showFeatureHints: false });
})();
