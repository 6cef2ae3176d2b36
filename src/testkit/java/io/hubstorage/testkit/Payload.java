package io.hubstorage.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** The bytes of an answer, made as they are needed. */
interface Payload {
    long length();

    /** Some bytes from {@code offset} on, at most {@code limit} and at least one. */
    ByteBuf slice(long offset, long limit);

    static Payload of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    static Payload of(byte[] bytes) {
        return new Payload() {
            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            public ByteBuf slice(long offset, long limit) {
                int count = (int) Math.min(SyntheticBody.CHUNK, Math.min(limit, bytes.length - offset));
                return Unpooled.wrappedBuffer(bytes, (int) offset, count);
            }
        };
    }

    /** A range of an object. */
    static Payload of(SyntheticObject object, long from, long length) {
        if (object.written() != null) {
            return of(object.body(from, Math.toIntExact(length)));
        }
        return new Payload() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public ByteBuf slice(long offset, long limit) {
                return SyntheticBody.slice(object.seed(), from + offset, Math.min(limit, length - offset));
            }
        };
    }

    /** The same bytes but for one. */
    default Payload corruptedAt(long place) {
        Payload right = this;
        return new Payload() {
            @Override
            public long length() {
                return right.length();
            }

            @Override
            public ByteBuf slice(long offset, long limit) {
                ByteBuf slice = right.slice(offset, limit);
                if (place < offset || place >= offset + slice.readableBytes()) {
                    return slice;
                }
                ByteBuf copy = Unpooled.copiedBuffer(slice);
                int index = (int) (place - offset);
                copy.setByte(index, copy.getByte(index) ^ 0x10);
                return copy;
            }
        };
    }
}
