// A load balancer as small as they come: each request to the next instance in turn; one that does not take a connection
// is passed over, and a request that was cut off in the middle is a 502, as of any balancer.
import { Agent, request as ask, createServer } from "node:http";

export async function startBalancer(urls) {
  const instances = new Set(urls);
  const agent = new Agent({ keepAlive: true });
  let turn = 0;

  const forward = (request, response, body, tried) => {
    const left = [...instances].filter((url) => !tried.has(url));
    const url = left[turn++ % Math.max(1, left.length)];
    if (url === undefined) return fail(response);
    const onward = ask(url + request.url, { method: request.method, headers: request.headers, agent }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    });
    onward.on("error", (error) => {
      if (response.headersSent) response.destroy();
      else if (error.code === "ECONNREFUSED") forward(request, response, body, new Set([...tried, url]));
      else fail(response);
    });
    onward.end(body);
  };

  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => forward(request, response, Buffer.concat(chunks), new Set()));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    add: (url) => instances.add(url),
    remove: (url) => instances.delete(url),
    stop() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

function fail(response) {
  response.writeHead(502, { "content-type": "text/plain" });
  response.end("no instance has answered");
}
