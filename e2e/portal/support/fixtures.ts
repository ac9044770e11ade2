/** Playwright's `test` for the portal: people who really signed in, tenants of their own, and pages that are watched. */
import type { BrowserContextOptions, Page } from "@playwright/test";
import { expect, test as withStack } from "@/e2e/stack/fixtures";
import { readStack } from "@/e2e/stack/description";
import type { Role } from "@/lib/core/vocabulary";
import { type GatewayLab, openGatewayLab } from "./gateway-lab";
import { makePerson, openStranger, type Person, type PortalApi, signIn } from "./people";
import { type PasswordPerson, registerPerson } from "./password-people";
import { openStore, type Store } from "./store";
import { joinAs, makeTenant, type Tenant, type TenantOptions } from "./tenants";
import { type Watch, watchPage } from "./watched-page";
import { makeWorld, type World } from "./world";

export { expect };

export interface Opened {
  page: Page;
  watch: Watch;
}

interface Made {
  /** Somebody who signed in for the first time. */
  person: (options?: Parameters<typeof makePerson>[2]) => Promise<Person>;
  /** Somebody with a password in place of a provider. */
  registered: (role?: string) => Promise<PasswordPerson>;
  /** Another session of the same account. */
  session: (person: Person) => Promise<PortalApi>;
  /** Somebody whose address is among the operators'. */
  operator: () => Promise<Person>;
  /** Nobody: no session. */
  stranger: () => Promise<PortalApi>;
  tenant: (options?: TenantOptions) => Promise<Tenant>;
  member: (tenant: Tenant, role: Role) => Promise<Person>;
}

interface Fixtures {
  make: Made;
  /** A gateway of the test's own, whose agent it may stop. */
  lab: GatewayLab;
  /** A watched page in a browser context of its own, signed in as the person, or as nobody. */
  open: (api: PortalApi | null, path: string, options?: BrowserContextOptions) => Promise<Opened>;
}

interface Shared {
  store: Store;
  /** One tenant for all tests of a file that each bring people of their own. */
  home: Tenant;
  /** Two tenants with somebody in every standing. Tests leave them as they are, but for clients they add. */
  world: World;
}

export const test = withStack.extend<Fixtures, Shared>({
  store: [
    async ({ browserName: _any }, use) => {
      const store = openStore(readStack().databaseUrl);
      await use(store);
      await store.close();
    },
    { scope: "worker" },
  ],

  home: [
    async ({ store }, use) => {
      const tenant = await makeTenant(readStack(), store);
      await use(tenant);
      await tenant.owner.api.dispose();
    },
    { scope: "worker" },
  ],

  world: [
    async ({ store }, use) => {
      const world = await makeWorld(readStack(), store);
      await use(world);
      await Promise.all(Object.values(world.apis).map((api) => api.dispose()));
    },
    { scope: "worker" },
  ],

  make: async ({ stack, store, inbox }, use) => {
    const apis: PortalApi[] = [];
    const kept = <T extends PortalApi>(api: T): T => {
      apis.push(api);
      return api;
    };
    const keptPerson = <P extends Person>(person: P): P => {
      kept(person.api);
      return person;
    };
    await use({
      person: async (options) => keptPerson(await makePerson(stack, store, options)),
      registered: async (role) => keptPerson(await registerPerson(stack, store, inbox, role)),
      session: async ({ email, name }) => kept(await signIn(stack, { email, name, emailVerified: true })),
      operator: async () => {
        const person = keptPerson(await makePerson(stack, store, { role: "operator" }));
        await store.sql("UPDATE users SET is_operator = true WHERE id = $1", [person.userId]);
        return person;
      },
      stranger: async () => kept(await openStranger(stack)),
      tenant: async (options) => {
        const tenant = await makeTenant(stack, store, options);
        keptPerson(tenant.owner);
        return tenant;
      },
      member: async (tenant, role) => keptPerson(await joinAs(stack, store, tenant, role)),
    });
    await Promise.all(apis.map((api) => api.dispose()));
  },

  lab: async ({ stack, store }, use) => {
    const lab = await openGatewayLab(stack, store);
    await use(lab);
    await lab.remove();
  },

  open: async ({ browser, stack }, use) => {
    const opened: Opened[] = [];
    await use(async (api, path, options = {}) => {
      const context = await browser.newContext({ baseURL: stack.portalUrl, storageState: api ? await api.storageState() : undefined, ...options });
      const page = await context.newPage();
      const watch = watchPage(page, [stack.portalUrl, stack.issuer, stack.stripeUrl]);
      opened.push({ page, watch });
      await page.goto(path);
      return { page, watch };
    });
    for (const { page } of opened) await page.context().close();
    expect(opened.flatMap(({ watch }) => watch.problems), "what went wrong in the pages").toEqual([]);
  },
});
