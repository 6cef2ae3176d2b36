package io.hubstorage.integrity;

import static jdk.incubator.vector.VectorOperators.ROL;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * MD5 (RFC 1321) of as many messages at once as a vector has lanes, block by block. The only class that needs the module
 * {@code jdk.incubator.vector}: {@link LaneTrials#lanesOfTheProcessor} asks for it before this is loaded. Not thread-safe.
 *
 * <p>Everything is written out where it is used: a helper that the compiler decides not to inline has its vectors in objects,
 * which costs twenty times what the hashing does.
 */
final class Md5Vectors {
    private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final int BLOCK = 64;
    private static final int WORDS = BLOCK / Integer.BYTES;
    private static final int[] INITIAL = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
    private static final int[] SINES = new int[BLOCK];
    /** Which words of two vectors make the lower and the upper half of both, taken in turns. */
    private static final IntVector LOWER;

    private static final IntVector UPPER;

    static {
        for (int step = 0; step < SINES.length; step++) {
            SINES[step] = (int) (long) (Math.abs(Math.sin(step + 1)) * (1L << Integer.SIZE));
        }
        int[] lower = new int[LANES];
        int[] upper = new int[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            lower[lane] = lane / 2 + (lane % 2) * LANES;
            upper[lane] = lower[lane] + LANES / 2;
        }
        LOWER = IntVector.fromArray(SPECIES, lower, 0);
        UPPER = IntVector.fromArray(SPECIES, upper, 0);
    }

    /** The four words of each lane's hash: all first words, all second ones, and so on. */
    private final int[] state = new int[INITIAL.length * LANES];
    /** The words of one block of each lane, in the same order. */
    private final int[] words = new int[WORDS * LANES];

    private final int[] even = new int[LANES * LANES];
    private final int[] odd = new int[LANES * LANES];

    /** Begins a message. */
    void begin(int lane) {
        for (int word = 0; word < INITIAL.length; word++) {
            state[word * LANES + lane] = INITIAL[word];
        }
    }

    /** A word, of four, of the hash of what a lane was given. */
    int word(int lane, int word) {
        return state[word * LANES + lane];
    }

    /**
     * Hashes as many blocks of every lane.
     *
     * @param at where each lane's first block begins; afterwards, where its next one does
     */
    void hash(MemorySegment bytes, int[] at, int blocks) {
        for (int block = 0; block < blocks; block++) {
            for (int from = 0; from < WORDS; from += LANES) {
                interleave(bytes, at, from);
            }
            compress();
            for (int lane = 0; lane < LANES; lane++) {
                at[lane] += BLOCK;
            }
        }
    }

    /** Brings words that lie one after the other in each lane side by side: a transposition, by halves. */
    private void interleave(MemorySegment bytes, int[] at, int from) {
        for (int lane = 0; lane < LANES; lane++) {
            IntVector.fromMemorySegment(SPECIES, bytes, at[lane] + (long) Integer.BYTES * from, ByteOrder.LITTLE_ENDIAN)
                    .intoArray(even, lane * LANES);
        }
        int[] now = even;
        int[] next = odd;
        for (int distance = LANES; distance > 2; distance /= 2) {
            takeInTurns(now, next, 0);
            int[] free = now;
            now = next;
            next = free;
        }
        takeInTurns(now, words, from * LANES);
    }

    private static void takeInTurns(int[] rows, int[] into, int at) {
        for (int row = 0; row < LANES / 2; row++) {
            IntVector one = IntVector.fromArray(SPECIES, rows, row * LANES);
            IntVector other = IntVector.fromArray(SPECIES, rows, (row + LANES / 2) * LANES);
            LOWER.selectFrom(one, other).intoArray(into, at + 2 * row * LANES);
            UPPER.selectFrom(one, other).intoArray(into, at + (2 * row + 1) * LANES);
        }
    }

    /** The four rounds of RFC 1321, four steps at a time. */
    private void compress() {
        IntVector a = IntVector.fromArray(SPECIES, state, 0);
        IntVector b = IntVector.fromArray(SPECIES, state, LANES);
        IntVector c = IntVector.fromArray(SPECIES, state, 2 * LANES);
        IntVector d = IntVector.fromArray(SPECIES, state, 3 * LANES);
        for (int i = 0; i < 16; i += 4) {
            a = a.add(IntVector.fromArray(SPECIES, words, i * LANES)).add(SINES[i]);
            a = a.add(d.lanewise(XOR, b.and(c.lanewise(XOR, d))))
                    .lanewise(ROL, 7)
                    .add(b);
            d = d.add(IntVector.fromArray(SPECIES, words, (i + 1) * LANES)).add(SINES[i + 1]);
            d = d.add(c.lanewise(XOR, a.and(b.lanewise(XOR, c))))
                    .lanewise(ROL, 12)
                    .add(a);
            c = c.add(IntVector.fromArray(SPECIES, words, (i + 2) * LANES)).add(SINES[i + 2]);
            c = c.add(b.lanewise(XOR, d.and(a.lanewise(XOR, b))))
                    .lanewise(ROL, 17)
                    .add(d);
            b = b.add(IntVector.fromArray(SPECIES, words, (i + 3) * LANES)).add(SINES[i + 3]);
            b = b.add(a.lanewise(XOR, c.and(d.lanewise(XOR, a))))
                    .lanewise(ROL, 22)
                    .add(c);
        }
        for (int i = 16; i < 32; i += 4) {
            a = a.add(IntVector.fromArray(SPECIES, words, ((5 * i + 1) & 15) * LANES))
                    .add(SINES[i]);
            a = a.add(c.lanewise(XOR, d.and(b.lanewise(XOR, c))))
                    .lanewise(ROL, 5)
                    .add(b);
            d = d.add(IntVector.fromArray(SPECIES, words, ((5 * i + 6) & 15) * LANES))
                    .add(SINES[i + 1]);
            d = d.add(b.lanewise(XOR, c.and(a.lanewise(XOR, b))))
                    .lanewise(ROL, 9)
                    .add(a);
            c = c.add(IntVector.fromArray(SPECIES, words, ((5 * i + 11) & 15) * LANES))
                    .add(SINES[i + 2]);
            c = c.add(a.lanewise(XOR, b.and(d.lanewise(XOR, a))))
                    .lanewise(ROL, 14)
                    .add(d);
            b = b.add(IntVector.fromArray(SPECIES, words, ((5 * i + 16) & 15) * LANES))
                    .add(SINES[i + 3]);
            b = b.add(d.lanewise(XOR, a.and(c.lanewise(XOR, d))))
                    .lanewise(ROL, 20)
                    .add(c);
        }
        for (int i = 32; i < 48; i += 4) {
            a = a.add(IntVector.fromArray(SPECIES, words, ((3 * i + 5) & 15) * LANES))
                    .add(SINES[i]);
            a = a.add(b.lanewise(XOR, c).lanewise(XOR, d)).lanewise(ROL, 4).add(b);
            d = d.add(IntVector.fromArray(SPECIES, words, ((3 * i + 8) & 15) * LANES))
                    .add(SINES[i + 1]);
            d = d.add(a.lanewise(XOR, b).lanewise(XOR, c)).lanewise(ROL, 11).add(a);
            c = c.add(IntVector.fromArray(SPECIES, words, ((3 * i + 11) & 15) * LANES))
                    .add(SINES[i + 2]);
            c = c.add(d.lanewise(XOR, a).lanewise(XOR, b)).lanewise(ROL, 16).add(d);
            b = b.add(IntVector.fromArray(SPECIES, words, ((3 * i + 14) & 15) * LANES))
                    .add(SINES[i + 3]);
            b = b.add(c.lanewise(XOR, d).lanewise(XOR, a)).lanewise(ROL, 23).add(c);
        }
        for (int i = 48; i < 64; i += 4) {
            a = a.add(IntVector.fromArray(SPECIES, words, ((7 * i) & 15) * LANES))
                    .add(SINES[i]);
            a = a.add(c.lanewise(XOR, b.or(d.not()))).lanewise(ROL, 6).add(b);
            d = d.add(IntVector.fromArray(SPECIES, words, ((7 * i + 7) & 15) * LANES))
                    .add(SINES[i + 1]);
            d = d.add(b.lanewise(XOR, a.or(c.not()))).lanewise(ROL, 10).add(a);
            c = c.add(IntVector.fromArray(SPECIES, words, ((7 * i + 14) & 15) * LANES))
                    .add(SINES[i + 2]);
            c = c.add(a.lanewise(XOR, d.or(b.not()))).lanewise(ROL, 15).add(d);
            b = b.add(IntVector.fromArray(SPECIES, words, ((7 * i + 21) & 15) * LANES))
                    .add(SINES[i + 3]);
            b = b.add(d.lanewise(XOR, c.or(a.not()))).lanewise(ROL, 21).add(c);
        }
        a.add(IntVector.fromArray(SPECIES, state, 0)).intoArray(state, 0);
        b.add(IntVector.fromArray(SPECIES, state, LANES)).intoArray(state, LANES);
        c.add(IntVector.fromArray(SPECIES, state, 2 * LANES)).intoArray(state, 2 * LANES);
        d.add(IntVector.fromArray(SPECIES, state, 3 * LANES)).intoArray(state, 3 * LANES);
    }
}
