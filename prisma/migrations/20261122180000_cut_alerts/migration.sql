-- AlterTable
ALTER TABLE "gateway_changes" ADD COLUMN     "alerted_at" TIMESTAMPTZ(3);
