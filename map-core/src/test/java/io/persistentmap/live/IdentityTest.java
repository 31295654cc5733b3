package io.persistentmap.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.UnstorableException;
import io.persistentmap.ValueMode;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards which object is the value of a key, in each mode, and what is refused when it is put. */
final class IdentityTest {
  @TempDir Path dir;

  private final List<PersistentMap<?, ?>> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(map -> map.close(CloseMode.DISCARD));
  }

  private PersistentMap<String, Object> open(ValueMode mode) {
    PersistentMap<String, Object> map =
        PersistentMap.builder(String.class, Object.class)
            .allowPackage("io.persistentmap")
            .valueMode(mode)
            .open(dir.resolve("x.map"));
    opened.add(map);
    return map;
  }

  /** Has a map with a cell and a text, opened again, so that neither is on the heap. */
  private PersistentMap<String, Object> reopened(ValueMode mode) {
    PersistentMap<String, Object> map = open(ValueMode.COPIED);
    map.put("cell", new Cell(1));
    map.put("text", "text");
    map.close();
    return open(mode);
  }

  @Test
  void auto_mutable_sameObjectEverywhere() {
    PersistentMap<String, Object> map = reopened(ValueMode.AUTO);
    Object cell = Objects.requireNonNull(map.get("cell"));
    assertThat(map.get("cell")).isSameAs(cell);
    assertThat(map.getOrDefault("cell", "no")).isSameAs(cell);
    assertThat(map.computeIfAbsent("cell", key -> new Cell(0))).isSameAs(cell);
    assertThat(map.putIfAbsent("cell", new Cell(0))).isSameAs(cell);
    assertThat(map.values()).anySatisfy(value -> assertThat(value).isSameAs(cell));
    for (Map.Entry<String, Object> entry : map.entrySet()) {
      if (entry.getKey().equals("cell")) {
        assertThat(entry.getValue()).isSameAs(cell);
      }
    }
    map.compute("cell", (key, value) -> same(value, cell));
    map.merge("cell", new Cell(9), (value, more) -> same(value, cell));
    assertThat(map.replace("cell", cell)).isSameAs(cell);
    map.checkpoint();
    assertThat(map.get("cell")).isSameAs(cell);
    Cell other = new Cell(2);
    assertThat(map.put("cell", other)).isSameAs(cell);
    assertThat(map.get("cell")).isSameAs(other);
    assertThat(map.remove("cell")).isSameAs(other);
    assertThat(map.get("cell")).isNull();
    assertThat(map.put("cell", cell)).isNull();
    assertThat(map.remove("cell", cell)).isTrue();
    assertThat(map.containsKey("cell")).isFalse();
  }

  private static Object same(Object value, Object expected) {
    assertThat(value).isSameAs(expected);
    return value;
  }

  /** What putIfAbsent hands out is changed by its caller, as what get hands out is. */
  @Test
  void putIfAbsent_presentAndNotRead_liveObject() {
    for (ValueMode mode : List.of(ValueMode.AUTO, ValueMode.LIVE)) {
      PersistentMap<String, Object> map = reopened(mode);
      Object cell = map.putIfAbsent("cell", new Cell(0));
      Object text = map.putIfAbsent("text", "other");
      assertThat(cell).isEqualTo(new Cell(1));
      assertThat(map.get("cell")).as("in mode %s", mode).isSameAs(cell);
      assertThat(map.putIfAbsent("text", "other")).isEqualTo("text");
      if (mode == ValueMode.LIVE) {
        assertThat(map.get("text")).isSameAs(text);
      }
      map.clear();
      map.close();
    }
  }

  @Test
  void live_immutable_sameObject() {
    PersistentMap<String, Object> map = reopened(ValueMode.LIVE);
    assertThat(map.get("text")).isEqualTo("text").isSameAs(map.get("text"));
    String put = new String("text");
    map.put("put", put);
    map.checkpoint();
    assertThat(map.get("put")).isSameAs(put);
    assertThat(map.stats().liveValues()).isEqualTo(2);
    assertThat(map.checkpoint().changedValues()).isZero();
    map.put("put", "other");
    assertThat(map.checkpoint().changedValues()).isEqualTo(1);
  }

  @Test
  void copied_mutable_copies() {
    PersistentMap<String, Object> map = reopened(ValueMode.COPIED);
    Cell cell = (Cell) Objects.requireNonNull(map.get("cell"));
    cell.set(7);
    assertThat(map.get("cell")).isEqualTo(new Cell(1));
    assertThat(map.stats().liveValues()).isZero();
  }

  @Test
  void keySet_ofManyValues_makesNoneLive() {
    PersistentMap<String, Object> map = reopened(ValueMode.AUTO);
    assertThat(map.keySet()).hasSize(2);
    assertThat(map.containsKey("cell")).isTrue();
    assertThat(map.containsValue(new Cell(1))).isTrue();
    assertThat(map.containsValue(new Cell(2))).isFalse();
    assertThat(map.stats().liveValues()).isZero();
    assertThat(map.values()).containsExactlyInAnyOrder(new Cell(1), "text");
    assertThat(map.stats().liveValues()).isEqualTo(1);
  }

  @Test
  void containsValue_liveObjectChanged_asItIsNow() {
    PersistentMap<String, Object> map = reopened(ValueMode.AUTO);
    ((Cell) Objects.requireNonNull(map.get("cell"))).set(5);
    assertThat(map.containsValue(new Cell(5))).isTrue();
    assertThat(map.containsValue(new Cell(1))).isFalse();
  }

  @Test
  void readOnly_changedInPlace_seenButNotWritten() {
    PersistentMap<String, Object> map = open(ValueMode.AUTO);
    map.put("cell", new Cell(1));
    map.close();
    try (PersistentMap<String, Object> reader =
        PersistentMap.builder(String.class, Object.class)
            .allowPackage("io.persistentmap")
            .readOnly(true)
            .open(dir.resolve("x.map"))) {
      ((Cell) Objects.requireNonNull(reader.get("cell"))).set(2);
      assertThat(reader.get("cell")).isEqualTo(new Cell(2));
      assertThatThrownBy(() -> reader.put("cell", new Cell(3)))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThat(reader.get("cell")).isEqualTo(new Cell(2));
    }
    assertThat(open(ValueMode.AUTO).get("cell")).isEqualTo(new Cell(1));
  }

  @Test
  void kinds_inTurn_eachRightAndDurable() {
    Object[] kinds = {"a", new Cell(1), 7L, new ArrayList<>(List.of(1)), "b", new Cell(2)};
    PersistentMap<String, Object> map = open(ValueMode.AUTO);
    for (boolean checkpoints : new boolean[] {false, true}) {
      for (Object from : kinds) {
        for (Object to : kinds) {
          map.put("k", from);
          if (checkpoints) {
            map.checkpoint();
          }
          assertThat(map.get("k")).isEqualTo(from); // and in the cache, if it goes there
          map.put("k", to);
          assertThat(map.get("k")).isEqualTo(to);
          assertThat(map.mappingCount()).isEqualTo(1);
          assertThat(map).containsOnly(Map.entry("k", to));
          map.checkpoint();
          assertThat(map.get("k")).isEqualTo(to);
          assertThat(map.remove("k")).isEqualTo(to);
          assertThat(map.get("k")).isNull();
          assertThat(map.isEmpty()).isTrue();
        }
      }
    }
    map.put("k", new Cell(3));
    map.checkpoint();
    map.put("k", "last");
    map.close();
    assertThat(open(ValueMode.AUTO)).containsOnly(Map.entry("k", "last"));
  }

  @Test
  void iterator_removeOfLive_gone() {
    PersistentMap<String, Object> map = open(ValueMode.AUTO);
    Map<String, Object> model = new HashMap<>();
    for (int i = 0; i < 1000; i++) {
      map.put("k" + i, new Cell(i));
      model.put("k" + i, new Cell(i));
      if (i == 500) {
        map.checkpoint();
      }
    }
    int left = map.size();
    for (Iterator<Object> values = map.values().iterator(); values.hasNext(); ) {
      boolean remove = ((Cell) values.next()).number % 3 == 0;
      assertThat(values.hasNext()).isEqualTo(--left > 0); // reads ahead
      if (remove) {
        values.remove();
      }
    }
    model.values().removeIf(value -> ((Cell) value).number % 3 == 0);
    assertThat(map).isEqualTo(model);
    map.close();
    assertThat(open(ValueMode.AUTO)).isEqualTo(model);
  }

  @Test
  void put_unstorable_refusedAndUnchanged() {
    PersistentMap<String, Object> map = open(ValueMode.AUTO);
    map.put("k", new ArrayList<>(List.of("text")));
    assertThatThrownBy(() -> map.put("k", new Thread("never started")))
        .isInstanceOf(UnstorableException.class)
        .hasMessageContaining("Thread");
    assertThatThrownBy(() -> map.compute("k", (key, value) -> new Socket()))
        .isInstanceOf(UnstorableException.class);
    assertThat(map.get("k")).isEqualTo(List.of("text"));
  }

  @Test
  void put_listOfUnstorable_refusedAlthoughListsAreKnown() {
    PersistentMap<String, Object> map = open(ValueMode.AUTO);
    map.put("list", new ArrayList<>(List.of("text")));
    map.put("map", new HashMap<>(Map.of("key", 1)));
    map.put("array", new Object[] {"text"});
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> map.put("x", new ArrayList<>(List.of(new Thread("t")))))
          .isInstanceOf(UnstorableException.class);
      assertThatThrownBy(() -> map.put("x", new HashMap<>(Map.of("key", new Thread("t")))))
          .isInstanceOf(UnstorableException.class);
      assertThatThrownBy(() -> map.put("x", new Object[] {List.of(new Thread("t"))}))
          .isInstanceOf(UnstorableException.class);
    }
    assertThat(map.get("x")).isNull();
  }

  @Test
  void explain_eachMode_saysWhy() {
    assertThat(PersistentMap.explain(Cell.class))
        .hasToString(
            Cell.class.getName()
                + ": live, since "
                + Cell.class.getName()
                + ": field number is not final");
    assertThat(PersistentMap.explain(String.class).mode()).isEqualTo(ValueMode.COPIED);
    assertThat(
            PersistentMap.builder(String.class, Object.class)
                .allowPackage("io.persistentmap")
                .valueMode(ValueMode.COPIED)
                .explain(Cell.class)
                .mode())
        .isEqualTo(ValueMode.COPIED);
    assertThat(
            PersistentMap.builder(String.class, Object.class)
                .allowPackage("io.persistentmap")
                .valueMode(ValueMode.LIVE)
                .explain(String.class)
                .mode())
        .isEqualTo(ValueMode.LIVE);
    assertThat(PersistentMap.explain(ByteArrayInputStream.class).mode()).isEqualTo(ValueMode.LIVE);
  }
}
