package io.persistentmap.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.format.RecordLayout;
import io.persistentmap.log.Log;
import io.persistentmap.log.SegmentMapping;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.platform.OffHeapMemory;
import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.testing.TestSeeds;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards that the addresses of keys by equality are right after replay, whenever in the life of the
 * map the image looked at each shard, and however soon addresses are used again.
 */
final class IndexReplayTest {
  private static final int KEYS = 30;
  private static final int SHARDS = 5;
  private static final int EVENTS = 400;

  /** An event of the log; address 0 is none, and both 0 are a clear. */
  private record Event(long address, long previous) {}

  @TempDir Path dir;

  @Test
  void image_ofAnyMoments_replayedToTheEnd() {
    SplittableRandom random = new SplittableRandom(TestSeeds.next("addresses"));
    try (DataFile file = FileSystem.ofPlatform().create(dir.resolve("unused"))) {
      for (int round = 0; round < 300; round++) {
        Life life = new Life(random);
        IndexReplay replay = new IndexReplay(index(file), 0);
        for (SortedSet<Long> shard : life.image) {
          ByteWriter bytes = new ByteWriter(64);
          shard.forEach(bytes::writeLong);
          assertThat(replay.addresses(bytes.array(), bytes.position())).isTrue();
        }
        life.events.forEach(event -> apply(replay, event));
        assertThat(replay.count()).isEqualTo(life.present().size());
        assertThat(taken(replay)).isEqualTo(life.present());
      }
    }
  }

  private static HashIndex index(DataFile file) {
    StoreHealth health = new StoreHealth(file.path());
    SegmentMapping mapping = new SegmentMapping(file);
    UUID store = new UUID(1, 2);
    Log log =
        new Log(
            file,
            store,
            new SegmentTable(file.path()),
            mapping,
            health,
            OffHeapMemory::allocateUnzeroed,
            () -> {},
            () -> {});
    return new HashIndex(1, log, new Stripes(health));
  }

  private static void apply(IndexReplay replay, Event event) {
    long previous = event.previous == 0 ? 0 : RecordLayout.previous(event.previous, 64);
    if (event.address != 0) {
      replay.putByEquality(event.address, previous);
    } else if (event.previous != 0) {
      replay.removeByEquality(previous);
    } else {
      replay.clear(1);
    }
  }

  private static SortedSet<Long> taken(IndexReplay replay) {
    SortedSet<Long> taken = new TreeSet<>();
    for (int part = 0; part < AddressSet.PARTS; part++) {
      for (long address : replay.addresses().take(part)) {
        taken.add(address);
      }
    }
    return taken;
  }

  /** Some time of a map; the image is made during it, a shard at a time, each at any moment. */
  private static final class Life {
    final List<Event> events = new ArrayList<>();
    final List<SortedSet<Long>> image = new ArrayList<>();
    private final SplittableRandom random;
    private final long[] addresses = new long[KEYS];
    private final Deque<Long> free = new ArrayDeque<>();
    private long next = 1;

    Life(SplittableRandom random) {
      this.random = random;
      for (int step = random.nextInt(100); step > 0; step--) {
        step();
      }
      events.clear(); // replay starts here
      int[] moments = random.ints(SHARDS, 0, EVENTS).toArray();
      for (int step = 0; step < EVENTS; step++) {
        for (int shard = 0; shard < SHARDS; shard++) {
          if (moments[shard] == step) {
            image.add(addressesOf(shard));
          }
        }
        step();
      }
    }

    private void step() {
      int key = random.nextInt(KEYS);
      long previous = addresses[key];
      int kind = random.nextInt(100);
      if (kind == 0) {
        events.add(new Event(0, 0));
        for (int i = 0; i < KEYS; i++) {
          release(i);
        }
      } else if (kind < 30 && previous != 0) {
        events.add(new Event(0, previous));
        release(key);
      } else {
        addresses[key] = take();
        events.add(new Event(addresses[key], previous));
        if (previous != 0) {
          free.add(previous);
        }
      }
    }

    private long take() {
      return free.isEmpty() || random.nextInt(3) == 0 ? next++ : free.remove();
    }

    private void release(int key) {
      if (addresses[key] != 0) {
        free.add(addresses[key]);
        addresses[key] = 0;
      }
    }

    private SortedSet<Long> addressesOf(int shard) {
      SortedSet<Long> found = new TreeSet<>();
      for (int key = shard; key < KEYS; key += SHARDS) {
        if (addresses[key] != 0) {
          found.add(addresses[key]);
        }
      }
      return found;
    }

    SortedSet<Long> present() {
      SortedSet<Long> present = new TreeSet<>();
      for (int shard = 0; shard < SHARDS; shard++) {
        present.addAll(addressesOf(shard));
      }
      return present;
    }
  }
}
