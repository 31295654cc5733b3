package io.persistentmap.index;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Guards that the keys of {@link IndexMap} are still in each other's way. */
final class IndexMapTest {
  private static final int HOME_SHIFT = SlotTable.TAG_BITS - 3;

  @Test
  void hashes_keys_oneShardAndTwoTagsEqual() {
    for (int key = 0; key <= IndexMap.FILLED; key++) {
      assertThat(Hashing.shard(IndexMap.hash(key))).isZero();
    }
    assertThat(tag(0)).isEqualTo(tag(1));
    assertThat(tag(0) >>> HOME_SHIFT).isEqualTo(2);
    assertThat(tag(2) >>> HOME_SHIFT).isEqualTo(1);
    assertThat(tag(3) >>> HOME_SHIFT).isEqualTo(1);
    assertThat(tag(4) >>> HOME_SHIFT).isEqualTo(2);
  }

  @Test
  void homes_oneMoreKey_grow() {
    assertThat(Shard.homeBitsFor(IndexMap.FILLED)).isEqualTo(3);
    assertThat(Shard.homeBitsFor(IndexMap.FILLED + 1)).isEqualTo(4);
  }

  private static long tag(int key) {
    return Hashing.tag(IndexMap.hash(key));
  }
}
