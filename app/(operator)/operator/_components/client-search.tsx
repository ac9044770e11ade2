"use client";

import { useRef, useState } from "react";
import { Search, SearchX } from "lucide-react";
import Link from "next/link";
import { useKeyboardKept } from "@/app/_client/use-keyboard-kept";
import { DeviceStatus } from "@/app/_components/device-status";
import { EnforcementStatus } from "@/app/_components/enforcement-status";
import { RevokeButton } from "@/app/_components/revoke-button";
import { RevokingStatus } from "@/app/_components/revoking-status";
import { ClientStatePill } from "@/app/_components/state-pill";
import { ClientRowSkeleton } from "@/app/(portal)/subscriptions/[sid]/_components/client-list-skeleton";
import { Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { EmptyState } from "@/lib/ui/empty-state";
import { LinkPending } from "@/lib/ui/link-pending";
import { Notice } from "@/lib/ui/notice";
import { SearchInput } from "@/lib/ui/search-input";
import { Loading } from "@/lib/ui/skeleton";
import { Cell, HeadCell, Table, TableBody, TableHead, TableRow } from "@/lib/ui/table";
import type { ClientView, FoundClientView, Page } from "@/lib/usecases/views";
import { useClientSearch } from "./use-client-search";

/** Finds any client of any subscription, and cuts it. */
export function ClientSearch({ initialQuery, initial }: { initialQuery: string; initial: Page<FoundClientView> | null }) {
  const { query, found, loading, error, search, loadMore, put } = useClientSearch(initialQuery, initial);
  return (
    <>
      <SearchInput
        label="Search all clients"
        placeholder="Nickname, email, public key or address"
        value={query}
        onValueChange={search}
        pending={loading === "search"}
        autoFocus
        className="max-w-xl"
      />
      <div className="mt-5">
        {error && (
          <Notice tone="bad" role="alert" className="mb-4">
            {error.message}
          </Notice>
        )}
        <Card>
          {found === null && loading === "search" ? (
            <Loading label="Searching">
              <ClientRowSkeleton />
              <ClientRowSkeleton />
              <ClientRowSkeleton />
            </Loading>
          ) : found === null ? (
            <EmptyState icon={<Search strokeWidth={1.25} />} title="Whose client is it?">
              Search by nickname, by the owner’s email, by a tunnel address such as <span className="code-text">10.8.0.14</span>, or by a public key (its first eight characters will do).
            </EmptyState>
          ) : found.items.length === 0 ? (
            <EmptyState icon={<SearchX strokeWidth={1.25} />} title="No client matches">
              Check the spelling, or try another thing you know of it: nickname, email, address or public key.
            </EmptyState>
          ) : (
            <>
              <Table label="Clients found" aria-busy={loading === "search"}>
                <TableHead>
                  <HeadCell>Client</HeadCell>
                  <HeadCell>Subscription</HeadCell>
                  <HeadCell>Address</HeadCell>
                  <HeadCell>State</HeadCell>
                  <HeadCell>Connection</HeadCell>
                  <HeadCell>Gateway</HeadCell>
                  <HeadCell>
                    <span className="sr-only">Actions</span>
                  </HeadCell>
                </TableHead>
                <TableBody>
                  {found.items.map((client) => (
                    <FoundRow key={client.id} client={client} onChanged={put} />
                  ))}
                </TableBody>
              </Table>
              {found.nextCursor !== null && (
                <footer className="flex justify-center border-t border-line p-3">
                  <Button tone="ghost" pending={loading === "more"} onClick={() => void loadMore()}>
                    Show more clients
                  </Button>
                </footer>
              )}
            </>
          )}
        </Card>
      </div>
    </>
  );
}

function FoundRow({ client, onChanged }: { client: FoundClientView; onChanged: (client: ClientView) => void }) {
  const name = useRef<HTMLAnchorElement>(null);
  const [revoking, setRevoking] = useState(false);
  const { subscription } = client;

  const keepKeyboard = useKeyboardKept(name);

  function revoked(changed: ClientView) {
    onChanged(changed);
    keepKeyboard();
  }

  return (
    <TableRow aria-label={client.nickname}>
      <Cell className="md:max-w-52">
        <Link
          ref={name}
          href={`/subscriptions/${subscription.id}/clients/${client.id}`}
          className="thumb inline-block max-w-full truncate rounded-sm align-bottom font-medium hover:text-accent hover:underline"
        >
          {client.nickname}
          <LinkPending />
        </Link>
        <span className="block truncate text-xs text-faint">{client.ownerEmail}</span>
      </Cell>
      <Cell className="order-3 md:order-none md:max-w-44">
        <Link href={`/subscriptions/${subscription.id}`} className="thumb inline-block max-w-full truncate rounded-sm align-bottom hover:text-accent hover:underline">
          {subscription.name}
          <LinkPending />
        </Link>
        <span className="block truncate text-xs text-faint">{client.gateway.name}</span>
      </Cell>
      <Cell className="order-4 justify-self-end md:order-none">
        <span className="code-text whitespace-nowrap" title={client.addressV6}>
          {client.addressV4}
        </span>
      </Cell>
      <Cell className="justify-self-end md:justify-self-auto">
        <ClientStatePill state={client.state} />
      </Cell>
      <Cell className="order-5 col-span-2 md:order-none">
        <DeviceStatus client={client} />
      </Cell>
      <Cell className="order-6 self-center md:order-none">{revoking ? <RevokingStatus /> : <EnforcementStatus client={client} />}</Cell>
      {client.mayRevoke ? (
        <Cell className="order-7 justify-self-end md:order-none md:text-right">
          <RevokeButton subscriptionId={subscription.id} client={client} onRevoked={revoked} onPendingChange={setRevoking} />
        </Cell>
      ) : (
        <Cell className="hidden md:table-cell" />
      )}
    </TableRow>
  );
}
