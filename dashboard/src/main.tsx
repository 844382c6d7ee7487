import { render } from "preact";
import { Api, setApi } from "./api.ts";
import { App } from "./App.tsx";
import { createCognito } from "./auth/cognito.ts";
import { createAuth } from "./auth/session.ts";
import { loadConfig } from "./config.ts";
import { setZone } from "./format.ts";
import { startRouter } from "./router.ts";
import { texts } from "./texts/index.ts";
import { startTheme } from "./theme.ts";
import "./theme.css";

async function start(root: HTMLElement): Promise<void> {
  startTheme();
  document.documentElement.lang = texts.locale;
  try {
    const config = await loadConfig();
    setZone(config.timezone ?? "UTC");
    const auth = createAuth(createCognito(config), { tab: sessionStorage, device: localStorage });
    addEventListener("storage", (event) => {
      if (event.storageArea === localStorage && event.newValue === null) auth.noteRemoved(event.key);
    });
    setApi(new Api({ base: config.api, token: (isFresh) => auth.token(isFresh), browserKey: config.browser_key }));
    startRouter();
    render(<App auth={auth} config={config} />, root);
  } catch (error) {
    console.error(error);
    render(
      <main class="notice">
        <h1>{texts.shell.broken}</h1>
        <p role="alert">{error instanceof Error ? error.message : String(error)}</p>
      </main>,
      root,
    );
  }
}

const root = document.getElementById("app");
if (root) void start(root);
