import type { ComponentType, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "./api.ts";
import type { Auth, Session } from "./auth/session.ts";
import { SessionContext } from "./auth/context.ts";
import { SignIn } from "./auth/SignIn.tsx";
import type { Config } from "./config.ts";
import { HOME, pageAt, type PageComponentProps, type PageEntry, PAGES } from "./pages.ts";
import { href, navigate, usePlace } from "./router.ts";
import { useStore } from "./store.ts";
import { texts } from "./texts/index.ts";
import { themeChoice, THEMES, type ThemeChoice } from "./theme.ts";
import { Select } from "./ui/Select.tsx";

/** The shell: who is signed in, the menu, and the page that lies at the address. */
export function App({ auth, config }: { auth: Auth; config: Config }): VNode {
  const session = useStore(auth.session);
  const wasIn = useRef(false);
  const hasLeft = useRef(false);
  if (session) {
    wasIn.current = true;
    hasLeft.current = false;
  }
  useEffect(() => {
    if (!session) api().forget();
  }, [session]);
  if (!session) return <SignIn auth={auth} hasEnded={wasIn.current && !hasLeft.current} />;
  return (
    <SessionContext.Provider value={session}>
      <Shell
        session={session}
        isLocal={config.is_local}
        signOut={() => {
          hasLeft.current = true;
          void auth.signOut();
        }}
      />
    </SessionContext.Provider>
  );
}

/** Fetch what draws charts beside the first answers, and not after them. */
function fetchCharts(): void {
  import("./chart/echarts.ts").catch(() => undefined); // a chart that needs it asks again, and says so
}

function Shell({ session, isLocal, signOut }: { session: Session; isLocal: boolean; signOut: () => void }): VNode {
  const { path, query } = usePlace();
  const [isMenuOpen, setMenuOpen] = useState(false);
  useEffect(() => setMenuOpen(false), [path]);
  useEffect(fetchCharts, []);
  useEffect(() => {
    if (path === "/" || path === "/index.html") navigate(HOME + location.search, { replace: true });
  }, [path]);
  return (
    <div class="shell">
      <a class="skip" href="#main">
        {texts.shell.skip}
      </a>
      <header class="side" onKeyDown={(event) => event.key === "Escape" && setMenuOpen(false)}>
        <div class="side-head">
          <a class="brand" href={href(HOME, {}, query)}>
            {texts.brand}
          </a>
          {isLocal && <span class="badge plain">{texts.shell.local}</span>}
          <button type="button" class="menu-button" aria-expanded={isMenuOpen} aria-controls="menu" onClick={() => setMenuOpen(!isMenuOpen)}>
            {texts.shell.menu}
          </button>
        </div>
        <div id="menu" class={isMenuOpen ? "menu open" : "menu"}>
          <nav aria-label={texts.shell.pages}>
            <ul>
              {PAGES.filter((page) => page.isInMenu).map((page) => (
                <li key={page.path}>
                  <a href={href(page.path, {}, query)} aria-current={path === page.path || path.startsWith(`${page.path}/`) ? "page" : undefined}>
                    {texts.pages[page.title]}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <div class="account">
            <ThemeSwitch />
            <p class="who">
              {session.email}
              {session.isAdmin && <span class="badge plain">{texts.shell.admin}</span>}
            </p>
            <button type="button" class="quiet" onClick={signOut}>
              {texts.shell.signOut}
            </button>
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {session.mayRead ? <Outlet path={path} /> : <Notice headline={texts.shell.noGroup} text={texts.shell.noGroupHelp} />}
      </main>
    </div>
  );
}

function Outlet({ path }: { path: string }): VNode | null {
  const match = pageAt(path);
  if (path === "/" || path === "/index.html") return null;
  if (!match) return <Notice headline={texts.shell.notFound} text={texts.shell.notFoundHelp(path)} link={texts.shell.toOverview} />;
  return <Loaded key={path} page={match.route} params={match.params} />;
}

function Loaded({ page, params }: { page: PageEntry; params: Record<string, string> }): VNode {
  const [Drawn, setDrawn] = useState<ComponentType<PageComponentProps> | null>(null);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    page.load().then(
      (file) => setDrawn(() => file.default),
      (error: unknown) => {
        console.error(error);
        setFailed(true);
      },
    );
  }, [page]);
  if (hasFailed) return <Notice headline={texts.shell.pageFailed} text={texts.shell.pageFailedHelp} reload={texts.shell.reload} />;
  if (!Drawn) {
    return (
      <p class="state" role="status">
        {texts.shell.loadingPage}
      </p>
    );
  }
  return <Drawn params={params} />;
}

function Notice({ headline, text, link, reload }: { headline: string; text: string; link?: string; reload?: string }): VNode {
  useEffect(() => {
    document.title = texts.shell.titleOf(headline);
  }, [headline]);
  return (
    <div class="notice" role="status">
      <h1>{headline}</h1>
      <p>{text}</p>
      {link && <a href={href(HOME)}>{link}</a>}
      {reload && (
        <button type="button" onClick={() => location.reload()}>
          {reload}
        </button>
      )}
    </div>
  );
}

function ThemeSwitch(): VNode {
  const choice = useStore(themeChoice);
  const labels: Record<ThemeChoice, string> = { auto: texts.shell.themeAuto, light: texts.shell.themeLight, dark: texts.shell.themeDark };
  return (
    <Select label={texts.shell.theme} name="theme" value={choice} options={THEMES.map((value) => ({ value, label: labels[value] }))} onChange={(value) => themeChoice.set(value)} />
  );
}
