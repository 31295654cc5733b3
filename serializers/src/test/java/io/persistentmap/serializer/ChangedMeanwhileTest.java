package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Guards that what is written while another thread changes it can be read, or is not written. */
@SuppressWarnings("JdkObsolete") // they are there to be stored
class ChangedMeanwhileTest {
  private static final int ROUNDS = 3000;

  private final CodecFixture fixture = new CodecFixture();

  /** A list of a class of its own. */
  static final class Changing extends ArrayList<Object> {
    private static final long serialVersionUID = 1;
  }

  /** Changes a collection while it is written. */
  private record Trap(Runnable change) {}

  /** Writes traps, and triggers them. */
  private static final class Trigger implements Serializer<Trap> {
    @Override
    public void write(Trap value, ByteWriter out) {
      value.change.run();
    }

    @Override
    public Trap read(ByteReader in) {
      return new Trap(() -> {});
    }
  }

  @Test
  void write_elementChangesItsCollection_concurrentModification() {
    List<Object> list = new ArrayList<>();
    list.addAll(List.of(new Trap(() -> list.remove(1)), "a"));
    List<Object> growing = new ArrayList<>();
    growing.add(new Trap(() -> growing.add("more")));
    Map<Object, Object> map = new LinkedHashMap<>();
    map.put(1, new Trap(() -> map.remove(2)));
    map.put(2, 2);
    for (Object changing : List.of(list, growing, map)) {
      CodecFixture trapped =
          new CodecFixture(options -> options.serializer(Trap.class, new Trigger()));
      ByteWriter out = new ByteWriter(0);
      out.writeByte(1);
      assertThatThrownBy(() -> trapped.codec.write(changing, out))
          .isInstanceOf(ConcurrentModificationException.class)
          .hasMessageContaining(
              changing.getClass().getName() + " was changed while it was written");
      assertThat(out.position()).isEqualTo(1);
      assertThat(trapped.roundTrip(new ArrayList<>(List.of(1)))).isEqualTo(List.of(1));
    }
  }

  /** A LinkedList that is changed looks for its first node, and finds null. */
  @Test
  void iterator_torn_concurrentModification() {
    assertThatThrownBy(
            () ->
                Changed.iterator(
                    () -> {
                      throw new NullPointerException();
                    },
                    new LinkedList<>()))
        .isInstanceOf(ConcurrentModificationException.class)
        .hasMessageContaining("java.util.LinkedList was changed while it was written");
  }

  static List<Object> collections() {
    return List.of(
        new ArrayList<>(),
        new LinkedList<>(),
        new ArrayDeque<>(),
        new Vector<>(),
        new HashSet<>(),
        new TreeSet<>(),
        new PriorityQueue<>(),
        new ConcurrentLinkedQueue<>(),
        new CopyOnWriteArrayList<>(),
        new Changing(),
        Collections.synchronizedList(new ArrayList<>()));
  }

  @ParameterizedTest
  @MethodSource("collections")
  @SuppressWarnings("unchecked") // collections of strings
  void write_collectionChanged_readableOrRefused(Object collection) throws Exception {
    Collection<Object> changed = (Collection<Object>) collection;
    run(
        collection,
        i -> {
          if (i % 7 < 4) {
            changed.add("element " + i % 50);
          } else if (i % 50 == 4) {
            changed.clear();
          } else {
            changed.remove("element " + (i - 4) % 50);
          }
        });
  }

  static List<Object> maps() {
    return List.of(
        new HashMap<>(),
        new LinkedHashMap<>(),
        new LinkedHashMap<>(16, 0.75f, true),
        new TreeMap<>(),
        new Hashtable<>(),
        new ConcurrentHashMap<>(),
        new ConcurrentSkipListMap<>(),
        Collections.synchronizedMap(new HashMap<>()));
  }

  @ParameterizedTest
  @MethodSource("maps")
  @SuppressWarnings("unchecked") // maps of strings
  void write_mapChanged_readableOrRefused(Object map) throws Exception {
    Map<Object, Object> changed = (Map<Object, Object>) map;
    run(
        map,
        i -> {
          if (i % 7 < 5) {
            changed.put("key " + i % 50, i);
          } else {
            changed.remove("key " + (i - 4) % 50);
          }
        });
  }

  @Test
  void write_builderChanged_readableOrRefused() throws Exception {
    StringBuilder builder = new StringBuilder();
    run(
        builder,
        i -> {
          builder.append("some text ").append(i);
          if (i % 20 == 0) {
            builder.setLength(0);
          }
        });
  }

  private interface Change {
    void number(int i);
  }

  private void run(Object value, Change change) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    Thread changer = new Thread(() -> changeUntil(stop, change));
    changer.start();
    int written = 0;
    try {
      for (int round = 0; round < ROUNDS; round++) {
        ByteWriter out = new ByteWriter(0);
        try {
          fixture.codec.write(value, out);
          written++;
        } catch (ConcurrentModificationException expected) {
          assertThat(out.position()).isZero();
          continue;
        }
        ByteReader in = new ByteReader(out.array(), 0, out.position());
        assertThat(fixture.codec.read(in)).hasSameClassAs(value);
        assertThat(in.remaining()).isZero();
      }
    } finally {
      stop.set(true);
      changer.join();
    }
    assertThat(written).isPositive();
  }

  private static void changeUntil(AtomicBoolean stop, Change change) {
    for (int i = 0; !stop.get(); i++) {
      try {
        change.number(i);
      } catch (RuntimeException torn) {
        assertThat(torn).as("what the collection itself throws").isNotNull();
      }
      if (i % 100 == 0) {
        Thread.onSpinWait();
      }
    }
  }
}
