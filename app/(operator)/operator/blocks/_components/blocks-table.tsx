"use client";

import { useState } from "react";
import { RotateCw, ShieldCheck } from "lucide-react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button } from "@/lib/ui/button";
import { formatCount } from "@/lib/ui/bytes";
import { Card } from "@/lib/ui/card";
import { EmptyState } from "@/lib/ui/empty-state";
import { RelativeTime } from "@/lib/ui/relative-time";
import { Cell, HeadCell, Table, TableBody, TableHead, TableRow } from "@/lib/ui/table";
import { useToast } from "@/lib/ui/toast";
import type { BlockView } from "@/lib/usecases/views";

/** What is slowed down, and the end of it before its time. */
export function BlocksTable({ initial }: { initial: BlockView[] }) {
  const [blocks, setBlocks] = useState(initial);
  const [asking, setAsking] = useState<BlockView | null>(null);
  const [pending, setPending] = useState<string | null>(null);
  const toast = useToast();

  async function refresh() {
    try {
      setBlocks((await api.blocks()).items);
    } catch (problem) {
      toast({ tone: "bad", title: "The blocks couldn’t be read", description: toApiError(problem).message });
    }
  }

  async function lift(block: BlockView) {
    setPending(block.key);
    try {
      await api.liftBlock(block.key);
      toast({ tone: "good", title: "The block is lifted", description: block.what });
    } catch (problem) {
      const error = toApiError(problem);
      // It has ended by itself meanwhile.
      if (error.code !== "not_found") toast({ tone: "bad", title: "That didn’t work", description: error.message });
    } finally {
      await refresh();
      setPending(null);
    }
  }

  async function again() {
    setPending("refresh");
    await refresh();
    setPending(null);
  }

  return (
    <>
      <Card>
        <header className="flex flex-wrap items-center justify-between gap-3 border-b border-line px-4 py-3.5 sm:px-5">
          <h2 className="text-lg font-semibold">Slowed down now</h2>
          <Button tone="ghost" pending={pending === "refresh"} onClick={() => void again()}>
            {pending !== "refresh" && <RotateCw aria-hidden="true" className="size-4" />}
            Refresh
          </Button>
        </header>
        {blocks.length === 0 ? (
          <EmptyState icon={<ShieldCheck strokeWidth={1.25} />} title="Nothing is blocked">
            As soon as somebody guesses passwords or codes, or has mail after mail sent, it shows here.
          </EmptyState>
        ) : (
          <Table label="Blocks">
            <TableHead>
              <HeadCell>What is slowed</HeadCell>
              <HeadCell className="text-right">Tries</HeadCell>
              <HeadCell>Ends</HeadCell>
              <HeadCell>
                <span className="sr-only">Actions</span>
              </HeadCell>
            </TableHead>
            <TableBody>
              {blocks.map((block) => (
                <TableRow key={block.key} aria-label={block.what}>
                  <Cell className="col-span-2 wrap-anywhere md:max-w-96">
                    <span className="inline-block font-medium first-letter:uppercase">{block.what}</span>
                  </Cell>
                  <Cell label="Tries" className="tabular md:text-right">
                    {formatCount(block.tries)}
                  </Cell>
                  <Cell label="Ends" className="justify-self-end text-muted md:justify-self-auto">
                    <RelativeTime iso={block.until} />
                  </Cell>
                  <Cell className="col-span-2 justify-self-end md:text-right">
                    <Button size="sm" pending={pending === block.key} onClick={() => setAsking(block)}>
                      Lift<span className="sr-only"> the block of {block.what}</span>
                    </Button>
                  </Cell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        )}
      </Card>
      <AlertDialog
        open={asking !== null}
        onOpenChange={(open) => {
          if (!open) setAsking(null);
        }}
        title="Lift this block?"
        cancelLabel="Leave it"
        confirmLabel="Lift it"
        confirmTone="primary"
        onConfirm={() => asking && void lift(asking)}
      >
        <p>
          What is slowed now, <strong className="font-medium wrap-anywhere text-ink">{asking?.what}</strong>, starts from nothing again: the next tries are answered without a wait. Do it when you know that it was the owner. It is written in the log.
        </p>
      </AlertDialog>
    </>
  );
}
