"use client";

import { Plus, Search } from "lucide-react";
import Link from "next/link";
import { buttonClass, Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { cx } from "@/lib/ui/cx";
import { EmptyState } from "@/lib/ui/empty-state";
import { LinkPending } from "@/lib/ui/link-pending";
import { Notice } from "@/lib/ui/notice";
import { SearchInput } from "@/lib/ui/search-input";
import { Table, TableBody, TableHead, HeadCell } from "@/lib/ui/table";
import type { ClientView, Page } from "@/lib/usecases/views";
import { GateGlyph } from "@/app/_components/gate-glyph";
import { ClientRow } from "./client-row";
import { useLiveSubscription } from "./live-subscription";
import { useClientList } from "./use-client-list";

interface ClientsPanelProps {
  initial: Page<ClientView>;
  initialQuery: string;
}

/** Every machine that may reach the instance, live, and the way to add or cut one. */
export function ClientsPanel({ initial, initialQuery }: ClientsPanelProps) {
  const subscription = useLiveSubscription();
  const { list, query, search, loading, error, loadMore, put } = useClientList(subscription.id, initial, initialQuery);
  const none = list.items.length === 0;
  const searching = query.trim() !== "";
  const add = subscription.may.addClient && subscription.instance?.status === "ready" ? <AddClient subscriptionId={subscription.id} /> : null;

  if (none && !searching && loading === null && (subscription.instance?.status === "provisioning" || subscription.instance?.status === "failed")) {
    return (
      <Card className="mt-6">
        <EmptyState icon={<GateGlyph position={subscription.instance.gateway.online ? "lifting" : "stuck"} />} title="The instance is being set up">
          {subscription.instance.gateway.online
            ? "Its gateway is bringing it up right now, usually within a minute. Clients can be added as soon as that is done; this page notices by itself."
            : "Its gateway isn’t answering, so this takes until it is back. Clients can be added then; this page notices by itself."}
        </EmptyState>
      </Card>
    );
  }
  if (none && !searching && loading === null && !subscription.instance) return null;
  if (none && !searching && loading === null) {
    return (
      <Card className="mt-6">
        <EmptyState icon={<GateGlyph position="open" />} title="No clients yet" action={add}>
          A client is one machine’s access to {subscription.instance?.name ?? "the instance"}. Give it a name, confirm that it’s you, and load the file or scan the code. It takes about half a minute.
        </EmptyState>
      </Card>
    );
  }
  return (
    <Card className="mt-6" aria-labelledby="clients-title">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-3 border-b border-line px-4 py-3.5 sm:px-5">
        <h2 id="clients-title" className="text-lg font-semibold">
          Clients
        </h2>
        <SearchInput
          label="Search clients"
          placeholder="Name, owner, address, key"
          value={query}
          onValueChange={search}
          pending={loading === "search"}
          className="order-last w-full sm:order-none sm:ml-auto sm:w-72"
        />
        <OwnUsage />
        {add && <span className="ml-auto sm:ml-0">{add}</span>}
      </header>
      {error && (
        <Notice tone="bad" role="alert" className="m-4">
          {error.message}
        </Notice>
      )}
      {none ? (
        <EmptyState icon={<Search strokeWidth={1.25} />} title={`Nothing matches “${query.trim()}”`} action={<Button onClick={() => search("")}>Clear the search</Button>}>
          Search looks at nicknames, owners, addresses and public keys.
        </EmptyState>
      ) : (
        <Table label="Clients" aria-busy={loading === "search"}>
          <TableHead>
            <HeadCell>Client</HeadCell>
            <HeadCell>Address</HeadCell>
            <HeadCell>State</HeadCell>
            <HeadCell>Connection</HeadCell>
            <HeadCell>Gateway</HeadCell>
            <HeadCell>
              <span className="sr-only">Actions</span>
            </HeadCell>
          </TableHead>
          <TableBody>
            {list.items.map((client) => (
              <ClientRow key={client.id} subscriptionId={subscription.id} client={client} onChanged={put} />
            ))}
          </TableBody>
        </Table>
      )}
      {list.nextCursor !== null && (
        <footer className="flex justify-center border-t border-line p-3">
          <Button tone="ghost" pending={loading === "more"} onClick={() => void loadMore()}>
            Show more clients
          </Button>
        </footer>
      )}
    </Card>
  );
}

/** Of those that the subscription allows each member; nothing where it doesn't limit them. */
function OwnUsage() {
  const { ownClients, limits } = useLiveSubscription();
  if (ownClients === null || limits.clientsPerMember === null) return null;
  return (
    <p className={cx("tabular text-sm", ownClients >= limits.clientsPerMember ? "font-medium text-warn" : "text-muted")}>
      Yours: {ownClients} of {limits.clientsPerMember}
    </p>
  );
}

function AddClient({ subscriptionId }: { subscriptionId: string }) {
  return (
    <Link
      href={`/subscriptions/${subscriptionId}/clients/new`}
      role="button"
      // What is called a button answers to the space bar as well.
      onKeyDown={(event) => {
        if (event.key !== " ") return;
        event.preventDefault();
        event.currentTarget.click();
      }}
      className={buttonClass("primary", "md")}
    >
      <Plus aria-hidden="true" className="-ml-0.5 size-4" />
      Add client
      <LinkPending />
    </Link>
  );
}
