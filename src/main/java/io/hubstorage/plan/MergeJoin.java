package io.hubstorage.plan;

import io.hubstorage.snapshot.KeyOrder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Joins two streams by key in one pass: what is listed now, on the left, with what was there before, on the right. Both
 * must be in strictly rising {@link KeyOrder}, which is checked. Holds one item of each. Not thread-safe.
 *
 * @param <L> an item on the left
 * @param <R> an item on the right
 * @param <E> how the left stream fails
 * @param <F> how the right stream fails
 */
public final class MergeJoin<L, R, E extends Exception, F extends Exception> {
    /** A stream of items. */
    @FunctionalInterface
    public interface Source<T, X extends Exception> {
        /** The next item, or null after the last; may block. */
        @Nullable
        T next() throws X;
    }

    /** One key of the join. */
    public sealed interface Step<L, R> {}

    /** A key that only the left stream has. */
    public record Left<L, R>(L left) implements Step<L, R> {}

    /** A key that only the right stream has. */
    public record Right<L, R>(R right) implements Step<L, R> {}

    /** A key that both have. */
    public record Both<L, R>(L left, R right) implements Step<L, R> {}

    private final Side<L, E> left;
    private final Side<R, F> right;

    /** Joins the two streams; nothing is read before the first {@link #next}. */
    public MergeJoin(
            Source<? extends L, ? extends E> left,
            Function<? super L, String> leftKey,
            Source<? extends R, ? extends F> right,
            Function<? super R, String> rightKey) {
        this.left = new Side<>("the listing", left, leftKey);
        this.right = new Side<>("the previous manifest", right, rightKey);
    }

    /**
     * The next key in order, or null after the last of both.
     *
     * @throws UnorderedException when a stream goes back or repeats a key
     */
    public @Nullable Step<L, R> next() throws E, F, UnorderedException {
        L l = left.peek();
        R r = right.peek();
        if (l == null) {
            return r == null ? null : new Right<>(right.take(r));
        }
        if (r == null) {
            return new Left<>(left.take(l));
        }
        int order = KeyOrder.compare(left.key.apply(l), right.key.apply(r));
        if (order < 0) {
            return new Left<>(left.take(l));
        }
        return order > 0 ? new Right<>(right.take(r)) : new Both<>(left.take(l), right.take(r));
    }

    /** One stream with its next item held. */
    private static final class Side<T, X extends Exception> {
        private final String name;
        private final Source<? extends T, ? extends X> source;
        private final Function<? super T, String> key;
        private @Nullable T head;
        private @Nullable String lastKey;
        private boolean ended;

        Side(String name, Source<? extends T, ? extends X> source, Function<? super T, String> key) {
            this.name = name;
            this.source = source;
            this.key = key;
        }

        @Nullable
        T peek() throws X, UnorderedException {
            if (head != null || ended) {
                return head;
            }
            head = source.next();
            if (head == null) {
                ended = true;
                return null;
            }
            String next = key.apply(head);
            if (lastKey != null && KeyOrder.compare(lastKey, next) >= 0) {
                throw new UnorderedException(name, lastKey, next);
            }
            lastKey = next;
            return head;
        }

        T take(T item) {
            head = null;
            return item;
        }
    }
}
