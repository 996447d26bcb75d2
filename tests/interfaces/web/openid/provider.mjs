// A real OpenID provider on loopback, for tests: any login with its name is let in.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, back] = process.argv.slice(2);
const { default: Provider } = await import(
  pathToFileURL(createRequire(`${folder}/`).resolve("oidc-provider")).href
);

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      { client_id: "groundplan", client_secret: "a secret of tests", redirect_uris: [back] },
      { client_id: "public", token_endpoint_auth_method: "none", redirect_uris: [back] },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    // "+" in a login: the address is not verified
    findAccount: async (_, id) => ({
      accountId: id,
      claims: async () => ({
        sub: id,
        name: id,
        email: `${id.replace("+", "")}@example.com`,
        email_verified: !id.includes("+"),
      }),
    }),
    cookies: { keys: ["for tests only"] },
    features: { devInteractions: { enabled: true } },
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
