package io.hubstorage.browse.history;

import io.hubstorage.keys.KeyOrder;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * Picks the folders that tell most about where the bytes are. The largest ones alone would not: a folder and the one folder in it
 * are the same bytes twice. So a folder is named when what it holds, less the folders in it that are named already, reaches a
 * threshold. That is done for every power of two as the threshold at once, which needs no more than the ten largest of each; and of
 * these lists the one is taken that says most, by the measure of information theory: ten folders with a twentieth each say more
 * than one with all of it, and more than ten with a hundredth each. A folder in another one of the list only says what is left of that.
 */
final class TellingFolders {
    /** From 1 byte on, each twice the one before. */
    static final int THRESHOLDS = Long.SIZE - 1;

    private static final int MOST = 10;

    private final List<Named> lists =
            IntStream.range(0, THRESHOLDS).mapToObj(_ -> new Named()).toList();

    /**
     * Takes a folder with all that is in it, once each, those in it first.
     *
     * @param key begins with the folder's name
     * @param end of that name
     * @param outer the folder that it is in, or the bucket
     */
    void close(String key, int end, FolderSum folder, FolderSum outer) {
        outer.include(folder);
        for (int threshold = 0; threshold < THRESHOLDS; threshold++) {
            long left = folder.left(threshold);
            if (left >= 1L << threshold) {
                lists.get(threshold).add(key, end, folder, left);
            } else {
                outer.take(threshold, left);
            }
        }
        folder.clear();
    }

    /** At most ten of those that were taken, the largest first. */
    List<FolderRanking.Folder> pick() {
        double all = lists.stream().mapToLong(list -> list.bytes).max().orElse(0);
        // The first of equals, which is the one that looks deepest.
        Named best = lists.getFirst();
        for (Named list : lists) {
            if (list.information(all) > best.information(all)) {
                best = list;
            }
        }
        return best.largest.stream()
                .sorted(Comparator.reverseOrder())
                .map(each -> each.folder)
                .toList();
    }

    /** The folders named at one threshold. */
    private static final class Named {
        private final PriorityQueue<Candidate> largest = new PriorityQueue<>();
        /** Of all that were named. */
        private long bytes;

        void add(String key, int end, FolderSum sum, long left) {
            bytes += left;
            Candidate least = largest.peek();
            if (largest.size() == MOST && least != null) {
                if (sum.bytes() <= least.folder.sum().bytes()) {
                    return;
                }
                largest.remove();
            }
            largest.add(new Candidate(new FolderRanking.Folder(key.substring(0, end), sum.tally()), left));
        }

        double information(double all) {
            return largest.stream()
                    .filter(each -> largest.stream().noneMatch(each::isIn))
                    .mapToDouble(each -> each.left / all)
                    .sorted()
                    .map(share -> -share * Math.log(share))
                    .sum();
        }
    }

    /** The less bytes the less; of equals the first by name counts more. */
    private record Candidate(FolderRanking.Folder folder, long left) implements Comparable<Candidate> {
        boolean isIn(Candidate other) {
            String prefix = other.folder.prefix();
            return folder.prefix().length() > prefix.length() && folder.prefix().startsWith(prefix);
        }

        @Override
        public int compareTo(Candidate other) {
            int bytes = Long.compare(folder.sum().bytes(), other.folder.sum().bytes());
            return bytes != 0 ? bytes : KeyOrder.compare(other.folder.prefix(), folder.prefix());
        }
    }
}
