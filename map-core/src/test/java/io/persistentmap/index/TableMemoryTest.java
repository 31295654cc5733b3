package io.persistentmap.index;

import io.persistentmap.platform.Memory;
import io.persistentmap.platform.OffHeapMemory;
import io.persistentmap.testing.TestSeeds;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Guards that tables in slabs are zeroed, apart from each other, and kept by whoever has one. */
final class TableMemoryTest {
  private static final int TABLES = 200;
  private static final int THREADS = 4;

  @Test
  void tables_allSizes_zeroedAndApart() {
    SplittableRandom random = new SplittableRandom(TestSeeds.next("tables"));
    TableMemory memory = new TableMemory();
    List<Memory> tables = new ArrayList<>();
    for (int i = 0; i < TABLES; i++) {
      tables.add(zeroed(memory.apply(randomSize(random))));
    }
    mark(tables);
    requireMarks(tables);
  }

  @Test
  void tables_manyThreads_apart() throws Exception {
    SplittableRandom random = new SplittableRandom(TestSeeds.next("tables"));
    TableMemory memory = new TableMemory();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Callable<List<Memory>>> tasks = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        SplittableRandom own = random.split();
        tasks.add(
            () -> {
              List<Memory> tables = new ArrayList<>();
              for (int i = 0; i < TABLES / THREADS; i++) {
                tables.add(zeroed(memory.apply(randomSize(own))));
                tables.get(i).putLong(0, 1);
              }
              return tables;
            });
      }
      List<Memory> tables = new ArrayList<>();
      for (Future<List<Memory>> made : threads.invokeAll(tasks)) {
        tables.addAll(made.get());
      }
      mark(tables);
      requireMarks(tables);
    } finally {
      threads.shutdown();
    }
  }

  /** As a reader has it that goes on in a table which was replaced. */
  @Test
  void table_othersOfItsSlabGone_keepsItsBytes() {
    TableMemory memory = new TableMemory();
    Memory kept = memory.apply(TableMemory.LEAST_BYTES);
    mark(List.of(kept));
    for (int i = 0; i < 20; i++) {
      for (int table = 0; table < 2 * TableMemory.LEAST_TABLES; table++) {
        Memory garbage = memory.apply(1 << 18);
        garbage.putLong(0, -1);
      }
      OffHeapMemory.collectUnreachable();
    }
    requireMarks(List.of(kept));
  }

  private static long randomSize(SplittableRandom random) {
    long homes = 1L << random.nextInt(3, 18);
    return (homes + SlotTable.defaultOverflow(Long.numberOfTrailingZeros(homes))) * Long.BYTES;
  }

  private static Memory zeroed(Memory table) {
    for (long at = 0; at < table.size(); at += Long.BYTES) {
      if (table.getLong(at) != 0) {
        throw new AssertionError("at " + at + ": " + table.getLong(at));
      }
    }
    return table;
  }

  private static void mark(List<Memory> tables) {
    for (int i = 0; i < tables.size(); i++) {
      Memory table = tables.get(i);
      for (long at = 0; at < table.size(); at += Long.BYTES) {
        table.putLong(at, i + 1);
      }
    }
  }

  private static void requireMarks(List<Memory> tables) {
    for (int i = 0; i < tables.size(); i++) {
      Memory table = tables.get(i);
      for (long at = 0; at < table.size(); at += Long.BYTES) {
        if (table.getLong(at) != i + 1) {
          throw new AssertionError("table " + i + " at " + at + ": " + table.getLong(at));
        }
      }
    }
  }
}
