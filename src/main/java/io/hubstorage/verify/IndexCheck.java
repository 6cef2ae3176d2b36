package io.hubstorage.verify;

import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestIndex;
import java.util.function.Consumer;

/** Compares a manifest's lines, one after the other, with what its index says of each frame. Tells the first difference. */
final class IndexCheck {
    private final ManifestIndex index;
    private final Consumer<String> problem;
    private int frame = -1;
    private int left;
    private long bytes;
    private boolean differs;

    IndexCheck(ManifestIndex index, Consumer<String> problem) {
        this.index = index;
        this.problem = problem;
    }

    void entry(ManifestEntry entry) {
        if (left == 0) {
            endFrame();
            frame++;
            if (frame >= index.frames().size()) {
                differ("the manifest has more than the %d lines that it counts".formatted(index.entries()));
                return;
            }
            ManifestIndex.Frame begun = index.frames().get(frame);
            left = begun.entries();
            bytes = begun.bytes();
            if (!begun.firstKey().equals(entry.key())) {
                differ("frame %d begins with the key %s, not with %s".formatted(frame, entry.key(), begun.firstKey()));
            }
        }
        left--;
        bytes -= entry.size();
    }

    void end() {
        endFrame();
        if (left > 0 || frame + 1 < index.frames().size()) {
            differ("the manifest has fewer than the %d lines that it counts".formatted(index.entries()));
        }
    }

    private void endFrame() {
        if (frame >= 0 && frame < index.frames().size() && left == 0 && bytes != 0) {
            differ("the files of frame %d have not the bytes that it counts".formatted(frame));
        }
    }

    private void differ(String detail) {
        if (!differs) {
            differs = true;
            problem.accept(detail);
        }
    }
}
