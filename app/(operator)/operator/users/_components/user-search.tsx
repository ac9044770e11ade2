"use client";

import { useState } from "react";
import { UserSearch as NobodyIcon } from "lucide-react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { useTypedSearch } from "@/app/_client/use-typed-search";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Card } from "@/lib/ui/card";
import { EmptyState } from "@/lib/ui/empty-state";
import { Notice } from "@/lib/ui/notice";
import { SearchInput } from "@/lib/ui/search-input";
import { HeadCell, Table, TableBody, TableHead } from "@/lib/ui/table";
import { useToast } from "@/lib/ui/toast";
import type { UserView } from "@/lib/usecases/views";
import { UserRow } from "./user-row";

/** Finds people, turns accounts off, and on again. */
export function UserSearch({ initialQuery, initial, ownId }: { initialQuery: string; initial: UserView[]; ownId: string }) {
  const { query, found: users, loading, error, search, refresh } = useTypedSearch(initialQuery, initial, async (text, signal) => (await api.users(text, signal)).items);
  const [asking, setAsking] = useState<UserView | null>(null);
  const [pending, setPending] = useState<string | null>(null);
  const { approve, dialog } = useStepUp();
  const toast = useToast();

  async function change(user: UserView, act: () => Promise<unknown>, done: string) {
    setPending(user.id);
    try {
      if ((await act()) !== null) toast({ tone: "good", title: `${user.email ?? user.name} ${done}` });
    } catch (problem) {
      toast({ tone: "bad", title: "That didn’t work", description: toApiError(problem).message });
    } finally {
      await refresh();
      setPending(null);
    }
  }

  const reactivate = (user: UserView) =>
    approve({
      ask: () => api.askReactivation(user.id),
      act: (proof) => api.reactivateUser(user.id, proof),
      title: "Turn this account on again?",
      words: { submit: "Turn it on", pending: "Turning it on…" },
    });

  return (
    <>
      <SearchInput label="Search users" placeholder="Address or name" value={query} onValueChange={search} pending={loading} autoFocus className="max-w-xl" />
      <div className="mt-5">
        {error && (
          <Notice tone="bad" role="alert" className="mb-4">
            {error.message}
          </Notice>
        )}
        <Card>
          {users.length === 0 ? (
            <EmptyState icon={<NobodyIcon strokeWidth={1.25} />} title="Nobody matches">
              Check the spelling, or type another part of the address or the name.
            </EmptyState>
          ) : (
            <Table label="Users" aria-busy={loading}>
              <TableHead>
                <HeadCell>User</HeadCell>
                <HeadCell>Subscriptions</HeadCell>
                <HeadCell>Signs in with</HeadCell>
                <HeadCell>Last seen</HeadCell>
                <HeadCell>
                  <span className="sr-only">Actions</span>
                </HeadCell>
              </TableHead>
              <TableBody>
                {users.map((user) => (
                  <UserRow
                    key={user.id}
                    user={user}
                    own={user.id === ownId}
                    pending={pending === user.id}
                    onDeactivate={() => setAsking(user)}
                    onReactivate={() => void change(user, () => reactivate(user), "is on again")}
                  />
                ))}
              </TableBody>
            </Table>
          )}
        </Card>
      </div>
      <AlertDialog
        open={asking !== null}
        onOpenChange={(open) => {
          if (!open) setAsking(null);
        }}
        title={`Deactivate ${asking?.email ?? asking?.name ?? "this account"}?`}
        cancelLabel="Leave it on"
        confirmLabel="Deactivate"
        onConfirm={() => asking && void change(asking, () => api.deactivateUser(asking.id), "is deactivated")}
      >
        {asking && <WhatHappens user={asking} />}
      </AlertDialog>
      {dialog}
    </>
  );
}

function WhatHappens({ user }: { user: UserView }) {
  const { sessions } = user;
  return (
    <>
      <p>
        {sessions === 0 ? "They are not signed in now, and can’t sign in any more." : `They are signed out ${sessions === 1 ? "" : `of ${sessions} browsers `}at once, and can’t sign in any more.`} Codes and links that were mailed to them stop working. A mail tells them.
      </p>
      <p>
        Their clients stay connected: revoke those one by one, under “Find a client”, if the machines should lose access too. You can turn the account on again.
      </p>
    </>
  );
}
