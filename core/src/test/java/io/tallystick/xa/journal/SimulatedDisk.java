package io.tallystick.xa.journal;

import io.tallystick.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A disk behind a cache, as Linux shows it: what was not forced survives a power failure sector by sector as chance will have it; a
 * failed force leaves the bytes in the cache, calls them clean and never writes them; a name is durable once its directory was forced.
 */
final class SimulatedDisk implements Disk {

    private static final int SECTOR = 512;

    private final SplittableRandom random;
    private TreeMap<String, Image> names = new TreeMap<>();
    private TreeMap<String, Image> durableNames = new TreeMap<>();
    private int callsLeft = Integer.MAX_VALUE;
    private double forceFailures;
    private boolean off;

    SimulatedDisk(SplittableRandom random) {
        this.random = random;
    }

    /** After so many calls every call fails, the first of them half-way. */
    synchronized void dieAfter(int calls) {
        callsLeft = calls;
    }

    synchronized void failForces(double probability) {
        forceFailures = probability;
    }

    /** The machine comes up again: what is left is what was durable, and of the rest what chance has written. */
    synchronized void afterPowerFailure() {
        double written = random.nextInt(3) / 2.0;
        TreeMap<String, Image> left = new TreeMap<>(durableNames);
        names.forEach((name, image) -> {
            if (random.nextBoolean() && !left.containsKey(name) && !left.containsValue(image)) {
                left.put(name, image);
            }
        });
        left.keySet()
                .removeIf(name ->
                        !names.containsKey(name) && !names.containsValue(left.get(name)) && random.nextBoolean());
        left.values().forEach(image -> image.lose(written));
        names = left;
        durableNames = new TreeMap<>(left);
        afterKill();
    }

    /** The process is started again; the cache has survived. */
    synchronized void afterKill() {
        off = false;
        callsLeft = Integer.MAX_VALUE;
        forceFailures = 0;
    }

    @Override
    public synchronized List<String> list() throws IOException {
        alive();
        return List.copyOf(names.keySet());
    }

    @Override
    public synchronized Handle read(String name) throws IOException {
        alive();
        return new Open(names.get(name));
    }

    @Override
    public synchronized Handle open(String name) throws IOException {
        alive();
        return new Open(names.computeIfAbsent(name, n -> new Image()));
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        boolean dies = dies();
        if (!dies || random.nextBoolean()) {
            names.put(to, names.remove(from));
        }
        if (!dies || random.nextBoolean()) {
            durableNames = new TreeMap<>(names);
        }
        end(dies);
    }

    @Override
    public synchronized void forceNames() throws IOException {
        boolean dies = dies();
        if (!dies || random.nextBoolean()) {
            durableNames = new TreeMap<>(names);
        }
        end(dies);
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        boolean dies = dies();
        if (!dies || random.nextBoolean()) {
            names.remove(name);
        }
        end(dies);
    }

    private boolean dies() throws IOException {
        alive();
        return callsLeft-- <= 0;
    }

    private void end(boolean dies) throws IOException {
        if (dies) {
            off = true;
            alive();
        }
    }

    private void alive() throws IOException {
        if (off) {
            throw new IOException("the machine is off");
        }
    }

    private final class Open implements Handle {
        private final Image image;

        Open(Image image) {
            this.image = image;
        }

        @Override
        public long size() {
            return image.cache.length;
        }

        @Override
        public int read(long position, ByteBuffer into) {
            synchronized (SimulatedDisk.this) {
                int length = Math.min(into.remaining(), Math.max(0, image.cache.length - (int) position));
                into.put(image.cache, (int) position, length);
                return length;
            }
        }

        @Override
        public void truncate(long size) {
            throw new UnsupportedOperationException("a journal's files never shrink");
        }

        @Override
        public void write(long position, ByteBuffer bytes) throws IOException {
            synchronized (SimulatedDisk.this) {
                boolean dies = dies();
                int length = dies ? random.nextInt(bytes.remaining() + 1) : bytes.remaining();
                byte[] written = new byte[length];
                bytes.get(written);
                image.write((int) position, written);
                end(dies);
            }
        }

        @Override
        public void force(boolean metadata) throws IOException {
            synchronized (SimulatedDisk.this) {
                boolean dies = dies();
                if (dies) {
                    image.writeBack(0.5);
                    end(true);
                }
                if (random.nextDouble() < forceFailures) {
                    image.writeBack(0.5);
                    image.dirty.clear();
                    throw new IOException("Input/output error");
                }
                image.writeBack(1);
            }
        }

        @Override
        public void close() {
            // the cache stays
        }
    }

    private final class Image {
        private byte[] cache = new byte[0];
        private byte[] durable = new byte[0];
        private final BitSet dirty = new BitSet();

        void write(int position, byte[] bytes) {
            if (bytes.length == 0) {
                return;
            }
            if (cache.length < position + bytes.length) {
                cache = Arrays.copyOf(cache, position + bytes.length);
            }
            System.arraycopy(bytes, 0, cache, position, bytes.length);
            dirty.set(position / SECTOR, (position + bytes.length - 1) / SECTOR + 1);
        }

        void writeBack(double probability) {
            for (int sector = dirty.nextSetBit(0); sector >= 0; sector = dirty.nextSetBit(sector + 1)) {
                if (random.nextDouble() < probability) {
                    int from = sector * SECTOR;
                    int to = Math.min(from + SECTOR, cache.length);
                    durable = durable.length < to ? Arrays.copyOf(durable, to) : durable;
                    System.arraycopy(cache, from, durable, from, to - from);
                    dirty.clear(sector);
                }
            }
        }

        void lose(double written) {
            writeBack(written);
            cache = durable.clone();
            dirty.clear();
        }
    }
}
