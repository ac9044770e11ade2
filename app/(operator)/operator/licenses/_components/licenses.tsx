"use client";

import { useState } from "react";
import { KeyRound } from "lucide-react";
import { toApiError } from "@/app/_client/api-error";
import { billingApi } from "@/app/_client/billing-api";
import { LongDay } from "@/app/_components/long-day";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { EmptyState } from "@/lib/ui/empty-state";
import { Pill } from "@/lib/ui/pill";
import { Cell, HeadCell, Table, TableBody, TableHead, TableRow } from "@/lib/ui/table";
import { useToast } from "@/lib/ui/toast";
import type { LicenseView } from "@/lib/usecases/billing-views";
import { MakeLicense } from "./make-license";

/** Keys that were made: who redeemed them, and those that can still be withdrawn. */
export function Licenses({ initial, plans }: { initial: LicenseView[]; plans: { id: string; name: string }[] }) {
  const [licenses, setLicenses] = useState(initial);
  const [asking, setAsking] = useState<LicenseView | null>(null);
  const [pending, setPending] = useState<string | null>(null);
  const toast = useToast();

  async function withdraw({ id }: LicenseView) {
    setPending(id);
    try {
      setLicenses((await billingApi.withdrawLicense(id)).items);
    } catch (problem) {
      toast({ tone: "bad", title: "It was not withdrawn", description: toApiError(problem).message });
    } finally {
      setPending(null);
    }
  }

  return (
    <div className="grid gap-6">
      {plans.length > 0 && <MakeLicense plans={plans} onMade={setLicenses} />}
      <Card>
        {licenses.length === 0 ? (
          <EmptyState icon={<KeyRound strokeWidth={1.25} />} title="No license key yet">
            {plans.length === 0 ? "Add a plan first: a key is for one." : "Make one, and hand it to the customer with what they bought."}
          </EmptyState>
        ) : (
          <Table label="License keys">
            <TableHead>
              <HeadCell>For</HeadCell>
              <HeadCell>Note</HeadCell>
              <HeadCell>Made</HeadCell>
              <HeadCell>State</HeadCell>
              <HeadCell>
                <span className="sr-only">Actions</span>
              </HeadCell>
            </TableHead>
            <TableBody>
              {licenses.map((license) => (
                <TableRow key={license.id} aria-label={`${license.planName}, ${license.days} days`}>
                  <Cell className="col-span-2 md:max-w-64">
                    <span className="block font-medium wrap-anywhere">{license.planName}</span>
                    <span className="block text-sm text-muted">{license.days === 1 ? "1 day" : `${license.days} days`}</span>
                  </Cell>
                  <Cell label="Note" className="wrap-anywhere md:max-w-64">
                    {license.note === "" ? <span className="text-faint">–</span> : license.note}
                  </Cell>
                  <Cell label="Made" className="text-sm text-muted">
                    <LongDay iso={license.createdAt} />
                    <span className="block text-xs wrap-anywhere text-faint">{license.createdBy}</span>
                  </Cell>
                  <Cell label="State">
                    {license.subscription ? <span className="wrap-anywhere">Redeemed by {license.subscription.name}</span> : license.withdrawnAt === null ? <Pill tone="accent">Open</Pill> : <Pill tone="neutral">Withdrawn</Pill>}
                  </Cell>
                  <Cell className="justify-self-end md:text-right">
                    {license.redeemedAt === null && license.withdrawnAt === null && (
                      <Button size="sm" tone="danger-quiet" pending={pending === license.id} onClick={() => setAsking(license)}>
                        Withdraw
                      </Button>
                    )}
                  </Cell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        )}
      </Card>
      <AlertDialog open={asking !== null} onOpenChange={(open) => !open && setAsking(null)} title="Withdraw this key?" cancelLabel="Leave it" confirmLabel="Withdraw" onConfirm={() => asking && void withdraw(asking)}>
        <p>Whoever has it can’t redeem it any more. This can’t be undone; another key can be made.</p>
      </AlertDialog>
    </div>
  );
}
