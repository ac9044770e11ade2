"use client";

import { PackageSearch } from "lucide-react";
import { useTypedSearch } from "@/app/_client/use-typed-search";
import { warrantyApi } from "@/app/_client/warranty-api";
import { CoverageBar } from "@/app/_components/coverage-bar";
import { formatCount } from "@/lib/ui/bytes";
import { Card } from "@/lib/ui/card";
import { EmptyState } from "@/lib/ui/empty-state";
import { Notice } from "@/lib/ui/notice";
import { SearchInput } from "@/lib/ui/search-input";
import { Cell, HeadCell, Table, TableBody, TableHead, TableRow } from "@/lib/ui/table";
import type { WarrantyRecordsView } from "@/lib/usecases/warranty-views";
import { ImportList } from "./import-list";

/** Devices that were sold: looked up, and imported. */
export function WarrantyRecords({ initialQuery, initial }: { initialQuery: string; initial: WarrantyRecordsView }) {
  const { query, found, loading, error, search, refresh } = useTypedSearch(initialQuery, initial, warrantyApi.records);
  const { items, count } = found;
  return (
    <div className="grid gap-6">
      <ImportList onImported={refresh} />
      <div className="grid gap-4">
        <SearchInput label="Search devices" placeholder="Serial number, model or owner’s address" value={query} onValueChange={search} pending={loading} className="max-w-xl" />
        {error && (
          <Notice tone="bad" role="alert">
            {error.message}
          </Notice>
        )}
        <Card>
          {items.length === 0 ? (
            <EmptyState icon={<PackageSearch strokeWidth={1.25} />} title={count === 0 ? "No device yet" : "No device matches"}>
              {count === 0 ? "Import the list of devices that were sold." : "Check the spelling, or search for another part of it."}
            </EmptyState>
          ) : (
            <>
              <Table label="Devices" aria-busy={loading}>
                <TableHead>
                  <HeadCell>Device</HeadCell>
                  <HeadCell>Registered to</HeadCell>
                  <HeadCell>Warranty</HeadCell>
                </TableHead>
                <TableBody>
                  {items.map((record) => (
                    <TableRow key={record.id} aria-label={record.serial}>
                      <Cell className="md:max-w-72">
                        <span className="block font-medium wrap-anywhere">{record.model}</span>
                        <span className="code-text block text-sm text-muted">{record.serial}</span>
                      </Cell>
                      <Cell label="Registered to" className="wrap-anywhere md:max-w-64">
                        {record.ownerEmail ?? <span className="text-faint">Nobody yet</span>}
                      </Cell>
                      <Cell className="col-span-2 md:w-80">
                        <CoverageBar device={record} />
                      </Cell>
                    </TableRow>
                  ))}
                </TableBody>
              </Table>
              <p className="border-t border-line px-4 py-3 text-sm text-faint sm:px-5">
                {items.length < count ? `${formatCount(items.length)} of ${formatCount(count)} devices shown.` : `${formatCount(count)} ${count === 1 ? "device" : "devices"}.`}
              </p>
            </>
          )}
        </Card>
      </div>
    </div>
  );
}
