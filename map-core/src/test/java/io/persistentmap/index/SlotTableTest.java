package io.persistentmap.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.platform.OffHeapMemory;
import io.persistentmap.testing.TestSeeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Guards the order of slots: by tag throughout, each at home or behind it without a gap. */
final class SlotTableTest {
  private static final int HOME_BITS = 6;

  /** Few tags and many of them equal, so that clusters, equal tags and the overflow are all met. */
  @Test
  void insertRemove_random_likeTreeMap() {
    SplittableRandom random = new SplittableRandom(TestSeeds.next("slots"));
    for (int round = 0; round < 200; round++) {
      SlotTable table = new SlotTable(HOME_BITS, 16, OffHeapMemory::allocate);
      TreeMap<Long, Long> model = new TreeMap<>();
      int tagShift = random.nextInt(8, 22);
      for (int step = 1; step < 400; step++) {
        long tag = (random.nextLong(SlotTable.TAGS) >>> tagShift) << tagShift;
        if (random.nextBoolean()) {
          long slot = SlotTable.slot(tag, step);
          if (table.insert(table.lowerBound(tag), slot)) {
            model.put(slot, slot);
          }
        } else if (!model.isEmpty()) {
          Long slot = model.ceilingKey(SlotTable.slot(tag, 0));
          if (slot != null) {
            table.remove(position(table, slot));
            model.remove(slot);
          }
        }
        check(table, model);
      }
    }
  }

  @Test
  void copyTo_largerTable_sameSlots() {
    SplittableRandom random = new SplittableRandom(TestSeeds.next("slots"));
    SlotTable table = new SlotTable(HOME_BITS, 32, OffHeapMemory::allocate);
    TreeMap<Long, Long> model = new TreeMap<>();
    for (int i = 1; i < 50; i++) {
      long slot = SlotTable.slot(random.nextLong(SlotTable.TAGS), i);
      assertThat(table.insert(table.lowerBound(SlotTable.tag(slot)), slot)).isTrue();
      model.put(slot, slot);
    }
    SlotTable larger = new SlotTable(HOME_BITS + 1, 32, OffHeapMemory::allocate);
    assertThat(table.copyTo(larger)).isTrue();
    check(larger, model);
  }

  private static int position(SlotTable table, long slot) {
    int position = table.lowerBound(SlotTable.tag(slot));
    while (table.get(position) != slot) {
      assertThat(SlotTable.tag(table.get(position))).isEqualTo(SlotTable.tag(slot));
      position++;
    }
    return position;
  }

  private static void check(SlotTable table, Map<Long, Long> model) {
    List<Long> found = new ArrayList<>();
    long lastTag = 0;
    for (int i = 0; i < table.slots(); i++) {
      long slot = table.get(i);
      if (slot != 0) {
        long tag = SlotTable.tag(slot);
        assertThat(tag).isGreaterThanOrEqualTo(lastTag);
        assertThat(table.home(tag)).isLessThanOrEqualTo(i);
        for (int between = table.home(tag); between < i; between++) {
          assertThat(table.get(between)).isNotZero();
        }
        lastTag = tag;
        found.add(slot);
      }
    }
    assertThat(found).containsExactlyInAnyOrderElementsOf(model.keySet());
  }
}
