/** Pages: parse → actor → use case → render. Each declares the permission it is about; who may not see it never gets to its code. */
import { cookies, headers } from "next/headers";
import { notFound as nextNotFound, redirect } from "next/navigation";
import type { ReactNode } from "react";
import type { Actor, UnprovedActor } from "@/lib/auth/actor";
import { findActor } from "@/lib/auth/session";
import { PortcullisError } from "@/lib/core/errors";
import type { Permission } from "@/lib/core/policy";
import { runtime, type Runtime } from "@/lib/runtime";

type Params = Record<string, string>;
interface PageProps {
  params: Promise<Params>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export interface PageInput<Who, P extends Params = Params> {
  ctx: Runtime;
  actor: Who;
  /** Named after the page's folders; Next has filled them all in. */
  params: P;
  searchParams: Params;
}

/** Who is asking, from the cookie; for layouts too, which show the name and decide nothing. */
export async function currentActor(): Promise<Actor | UnprovedActor | null> {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  return findActor(runtime(), { cookies: Object.fromEntries(jar.getAll().map(({ name, value }) => [name, value])), headers: head });
}

type ActorFor<Wanted extends Permission> = Wanted extends "address.verify" ? Actor | UnprovedActor : Actor;

/** A page for signed-in people; with a proved address, unless it is the one that proves it. */
export function page<P extends Params = Params, Wanted extends Exclude<Permission, "public"> = Exclude<Permission, "public" | "address.verify">>(
  permission: Wanted,
  render: (input: PageInput<ActorFor<Wanted>, P>) => Promise<ReactNode>,
) {
  return async function Page(props: PageProps): Promise<ReactNode> {
    const actor = await currentActor();
    if (!actor) redirect(`/signin?callbackUrl=${encodeURIComponent(await currentPath())}`);
    if (permission !== "address.verify") {
      if (actor.email === null) redirect(`/verify-address?callbackUrl=${encodeURIComponent(await currentPath())}`);
      if (permission === "operator.read" && !actor.isOperator) nextNotFound();
    }
    return settle(render, { actor: actor as ActorFor<Wanted>, ctx: runtime(), ...(await readProps<P>(props)) });
  };
}

/** A page that also people without a proved address, or without a session, may see. */
export function publicPage(render: (input: PageInput<Actor | UnprovedActor | null>) => Promise<ReactNode>) {
  return async function Page(props: PageProps): Promise<ReactNode> {
    return settle(render, { actor: await currentActor(), ctx: runtime(), ...(await readProps(props)) });
  };
}

async function settle<Who, P extends Params>(render: (input: PageInput<Who, P>) => Promise<ReactNode>, input: PageInput<Who, P>): Promise<ReactNode> {
  try {
    return await render(input);
  } catch (error) {
    // What a role doesn't allow is, to a page's visitor, not there.
    if (error instanceof PortcullisError && (error.code === "not_found" || error.code === "forbidden" || error.code === "bad_request")) nextNotFound();
    if (error instanceof PortcullisError && error.code === "two_factor_required") redirect(`/security/two-factor?callbackUrl=${encodeURIComponent(await currentPath())}`);
    throw error;
  }
}

async function readProps<P extends Params = Params>(props: PageProps): Promise<{ params: P; searchParams: Params }> {
  const [params, search] = await Promise.all([props.params, props.searchParams]);
  const searchParams = Object.fromEntries(Object.entries(search).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
  return { params: params as P, searchParams };
}

/** Set by proxy.ts for links back after sign-in; a convenience, decides nothing. */
async function currentPath(): Promise<string> {
  return (await headers()).get("x-portcullis-path") ?? "/";
}
