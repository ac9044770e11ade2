"use client";

import { useState } from "react";
import { PackageOpen, Plus } from "lucide-react";
import { toApiError } from "@/app/_client/api-error";
import { billingApi } from "@/app/_client/billing-api";
import { planLines, priceText } from "@/app/_components/plan-words";
import { Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { EmptyState } from "@/lib/ui/empty-state";
import { Pill } from "@/lib/ui/pill";
import { Cell, HeadCell, Table, TableBody, TableHead, TableRow } from "@/lib/ui/table";
import { useToast } from "@/lib/ui/toast";
import type { PlanRecordView } from "@/lib/usecases/billing-views";
import { PlanDialog } from "./plan-dialog";

const days = (count: number): string => (count === 1 ? "1 day" : `${count} days`);

/** Plans: added, changed, taken off the offer and put back. */
export function Plans({ initial, cards }: { initial: PlanRecordView[]; /** Cards are taken here. */ cards: boolean }) {
  const [plans, setPlans] = useState(initial);
  const [editing, setEditing] = useState<PlanRecordView | "new" | null>(null);
  const [pending, setPending] = useState<string | null>(null);
  const toast = useToast();

  async function retire(plan: PlanRecordView) {
    setPending(plan.id);
    try {
      setPlans((await billingApi.retirePlan(plan.id, plan.retiredAt === null)).items);
    } catch (problem) {
      toast({ tone: "bad", title: "That didn’t work", description: toApiError(problem).message });
    } finally {
      setPending(null);
    }
  }

  return (
    <div className="grid gap-4">
      <div>
        <Button tone="primary" onClick={() => setEditing("new")} className="w-full sm:w-auto">
          <Plus aria-hidden="true" className="-ml-0.5 size-4" />
          Add a plan
        </Button>
      </div>
      <Card>
        {plans.length === 0 ? (
          <EmptyState icon={<PackageOpen strokeWidth={1.25} />} title="No plan yet">
            Without one, nobody can take out a subscription.
          </EmptyState>
        ) : (
          <Table label="Plans">
            <TableHead>
              <HeadCell>Plan</HeadCell>
              <HeadCell>What it gives</HeadCell>
              <HeadCell>Afterwards</HeadCell>
              <HeadCell>Subscriptions</HeadCell>
              <HeadCell>
                <span className="sr-only">Actions</span>
              </HeadCell>
            </TableHead>
            <TableBody>
              {plans.map((plan) => (
                <TableRow key={plan.id} aria-label={plan.name}>
                  <Cell className="col-span-2 md:max-w-64">
                    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
                      <span className="font-medium wrap-anywhere">{plan.name}</span>
                      {plan.cardPrice !== null && <Pill tone="neutral">By card</Pill>}
                      {plan.retiredAt !== null && <Pill tone="neutral">Retired</Pill>}
                    </span>
                    <span className="block text-sm text-muted">
                      {priceText(plan.price)} · <span className="code-text">{plan.code}</span>
                    </span>
                  </Cell>
                  <Cell label="What it gives" className="col-span-2 text-sm text-muted md:max-w-72">
                    {planLines(plan).map((line, index, all) => (
                      <span key={line}>
                        <span className="md:whitespace-nowrap">
                          {line}
                          {index < all.length - 1 && " ·"}
                        </span>{" "}
                      </span>
                    ))}
                  </Cell>
                  <Cell label="Afterwards" className="tabular text-sm text-muted">
                    <span className="block">{days(plan.graceDays)} of grace</span>
                    <span className="block">kept for {days(plan.retentionDays)}</span>
                  </Cell>
                  <Cell label="Subscriptions" className="tabular text-sm">
                    {plan.subscriptions}
                  </Cell>
                  <Cell className="col-span-2 justify-self-end whitespace-nowrap md:text-right">
                    <Button size="sm" onClick={() => setEditing(plan)}>
                      Edit<span className="sr-only"> {plan.name}</span>
                    </Button>{" "}
                    <Button size="sm" tone={plan.retiredAt === null ? "danger-quiet" : "secondary"} pending={pending === plan.id} onClick={() => void retire(plan)}>
                      {plan.retiredAt === null ? "Retire" : "Offer again"}
                      <span className="sr-only"> {plan.name}</span>
                    </Button>
                  </Cell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        )}
      </Card>
      {editing !== null && (
        <PlanDialog
          plan={editing === "new" ? null : editing}
          cards={cards}
          onClose={() => setEditing(null)}
          onSaved={(items) => {
            setPlans(items);
            setEditing(null);
          }}
        />
      )}
    </div>
  );
}
