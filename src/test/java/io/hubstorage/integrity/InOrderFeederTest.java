package io.hubstorage.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the order in which stretches arrive, each byte is fed once, in the order of the file. */
class InOrderFeederTest {
    private static final int STRETCH = 10_000;
    private static final int STRETCHES = 40;

    @TempDir
    Path folder;

    private final ByteArrayOutputStream fed = new ByteArrayOutputStream();
    private final byte[] body = new byte[STRETCH * STRETCHES];

    @Test
    void whatArrivesInOrderIsFedAsItComes() throws Exception {
        new Random(1).nextBytes(body);
        try (FileChannel file = open("one")) {
            InOrderFeeder order = new InOrderFeeder(file::read);
            order.into((bytes, offset, length) -> fed.write(bytes, offset, length));
            write(file, order, 0, 0, 700);
            write(file, order, 0, 700, 300);
            assertThat(fed.size()).isEqualTo(1000);
            write(file, order, 5000, 5000, 100);
            assertThat(fed.size()).isEqualTo(1000);
            write(file, order, 0, 1000, 4000);
            write(file, order, 5000, 5100, 100);
            assertThat(fed.toByteArray()).isEqualTo(Arrays.copyOf(body, 5200));
        }
    }

    @Test
    void manyWritersAtOnceFeedEachByteOnce() throws Exception {
        new Random(2).nextBytes(body);
        try (FileChannel file = open("many");
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            InOrderFeeder order = new InOrderFeeder(file::read);
            List<Future<?>> stretches = new ArrayList<>();
            for (int index = 0; index < STRETCHES; index++) {
                int from = index * STRETCH;
                stretches.add(threads.submit(() -> {
                    for (int at = from; at < from + STRETCH; at += 500) {
                        write(file, order, from, at, 500);
                    }
                    return null;
                }));
            }
            stretches.getFirst().get();
            order.into((bytes, offset, length) -> fed.write(bytes, offset, length));
            for (int index = 0; index < STRETCHES; index++) {
                stretches.get(index).get();
                order.finish((index + 1L) * STRETCH);
            }
        }
        assertThat(fed.toByteArray()).isEqualTo(body);
    }

    @Test
    void whatWasLeftOutIsReadBackWhenItsTurnComesAndOnlyOnce() throws Exception {
        new Random(3).nextBytes(body);
        try (FileChannel file = open("late")) {
            InOrderFeeder order = new InOrderFeeder(file::read);
            assertThatThrownBy(() -> order.finish(1)).isInstanceOf(IllegalStateException.class);
            write(file, order, 0, 0, 300);
            assertThat(fed.size()).isZero();
            order.into(fed::write);
            write(file, order, 0, 300, 200);
            assertThat(fed.size()).isEqualTo(500);
            order.finish(500);
            assertThat(fed.size()).isEqualTo(500);
            write(file, order, 500, 500, 100);
            order.finish(600);
            assertThat(fed.toByteArray()).isEqualTo(Arrays.copyOf(body, 600));
        }
    }

    /** As where a request is sent again for its head alone, when every byte of its stretch has come. */
    @Test
    void aWriterWhoBringsNothingMoreChangesNothing() throws Exception {
        new Random(4).nextBytes(body);
        try (FileChannel file = open("again")) {
            InOrderFeeder order = new InOrderFeeder(file::read);
            order.into(fed::write);
            write(file, order, 0, 0, 500);
            write(file, order, 500, 500, 100);
            write(file, order, 0, 500, 0);
            write(file, order, 500, 600, 100);
            order.finish(700);
            assertThat(fed.toByteArray()).isEqualTo(Arrays.copyOf(body, 700));
        }
    }

    private FileChannel open(String name) throws IOException {
        return FileChannel.open(
                folder.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private void write(FileChannel file, InOrderFeeder order, long from, int position, int length) throws IOException {
        file.write(ByteBuffer.wrap(body, position, length), position);
        order.written(from, position, ByteBuffer.wrap(body, position, length));
    }
}
