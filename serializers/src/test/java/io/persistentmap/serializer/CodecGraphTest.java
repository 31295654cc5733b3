package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.serializer.Samples.Plain;
import io.persistentmap.serializer.Samples.Point;
import io.persistentmap.serializer.Samples.User;
import io.persistentmap.serializer.Samples.WithBody;
import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CodecGraphTest {
  private static final class Node {
    @Nullable Node next;
    byte[] bytes = {};
    @Nullable Object extra;
  }

  private static final class Task {
    @SuppressWarnings("unused") // read by the codec
    private final Supplier<String> action;

    Task(Supplier<String> action) {
      this.action = action;
    }
  }

  private interface SerializableSupplier extends Supplier<String>, Serializable {}

  private final CodecFixture fixture = new CodecFixture();

  @Test
  void read_noDefaultConstructor_allFields() {
    User read = fixture.roundTrip(new User("Ada", 36));

    assertThat(read.name()).isEqualTo("Ada");
    assertThat(read.age()).isEqualTo(36);
    assertThat(read.friend).isNull();
  }

  @Test
  void read_cycle_sameObjects() {
    User ada = new User("Ada", 36);
    User bob = new User("Bob", 40);
    ada.friend = bob;
    bob.friend = ada;
    ada.things.add(ada);

    User read = fixture.roundTrip(ada);
    assertThat(read.friend).isNotNull();
    assertThat(read.friend.friend).isSameAs(read);
    assertThat(read.things.get(0)).isSameAs(read);
  }

  @Test
  void read_sharedArray_sameArray() {
    Node node = new Node();
    node.next = new Node();
    node.next.bytes = node.bytes = new byte[] {1, 2};

    Node read = fixture.roundTrip(node);
    assertThat(read.bytes).containsExactly(1, 2);
    assertThat(read.next).isNotNull();
    assertThat(read.next.bytes).isSameAs(read.bytes);
  }

  @Test
  void read_manySharedObjects_allShared() {
    List<Object> objects = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      objects.add(new User("user" + i, i));
    }
    objects.addAll(List.copyOf(objects));

    List<Object> read = fixture.roundTrip(objects);
    for (int i = 0; i < 3000; i++) {
      assertThat(read.get(i)).isEqualTo(objects.get(i)).isSameAs(read.get(3000 + i));
    }
  }

  @Test
  void read_secondValue_notMixedWithFirst() {
    User ada = new User("Ada", 36);
    User first = fixture.roundTrip(ada);
    User second = fixture.roundTrip(ada);

    assertThat(first).isNotSameAs(second);
    assertThat(fixture.encode(ada)).isEqualTo(fixture.encode(ada));
  }

  @Test
  void read_jdkClassesClosedToReflection_equal() {
    Node node = new Node();
    node.extra =
        new ArrayList<>(
            List.of(
                new UUID(1, 2),
                URI.create("urn:x"),
                Pattern.compile("a+", Pattern.DOTALL),
                new AtomicBoolean(true),
                new AtomicInteger(5),
                new AtomicLong(6),
                new AtomicReference<>("r")));

    assertThat(fixture.roundTrip(node).extra).hasToString(node.extra.toString());
  }

  @Test
  void read_enumsInGraph_sameConstants() {
    List<Object> read = fixture.roundTrip(new ArrayList<>(List.of(WithBody.MINUS, Plain.RED)));

    assertThat(read).containsExactly(WithBody.MINUS, Plain.RED);
  }

  @Test
  void read_enumSet_equal() {
    assertThat(fixture.roundTrip(EnumSet.allOf(WithBody.class))).containsExactly(WithBody.values());
    assertThat(fixture.roundTrip(EnumSet.noneOf(Plain.class))).isEmpty();
    assertThat(fixture.classes.names())
        .containsExactly(
            EnumSet.class.getName(),
            WithBody.class.getName(), // as the class of the set
            WithBody.class.getName(), // as that of its constants
            Plain.class.getName());
  }

  @Test
  void write_enumInGraph_byName() {
    byte[] bytes = fixture.encode(new ArrayList<>(List.of(Plain.GREEN)));

    assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).contains("GREE");
  }

  @Test
  void read_arraysOfAllKinds_equal() {
    Object[] arrays = {
      new int[] {1}, new long[] {2}, new Point[] {new Point(1, 2)}, new String[][] {{"a"}, {}}
    };
    assertThat(Arrays.deepEquals(fixture.roundTrip(arrays), arrays)).isTrue();
  }

  @Test
  void write_classes_byNumberOnly() {
    Map<String, Object> graph = new HashMap<>();
    graph.put("a", new User("Ada", 36));
    graph.put("b", new Point(1, 2));
    String bytes = new String(fixture.encode(graph), StandardCharsets.ISO_8859_1);

    assertThat(bytes).doesNotContain("java", "persistentmap", "User", "Point", "Hash");
    assertThat(fixture.classes.names())
        .containsExactlyInAnyOrder(
            HashMap.class.getName(),
            User.class.getName(),
            Point.class.getName(),
            ArrayList.class.getName());
  }

  @Test
  void read_graph_givesNoNumbers() {
    byte[] bytes = fixture.encode(new Node());
    CodecFixture other = new CodecFixture();
    fixture.classes.descriptions().forEach(other.classes::numberOf);

    assertThat(other.decode(bytes)).isInstanceOf(Node.class);
    assertThat(other.classes.descriptions()).isEqualTo(fixture.classes.descriptions());
  }

  @Test
  void write_lambdaInField_refusesWithClass() {
    Task task = new Task(() -> "x");

    assertThatThrownBy(() -> fixture.encode(task))
        .isInstanceOf(SerializationException.class)
        .hasMessageStartingWith("Task.action: ")
        .hasMessageContaining("Lambda");
  }

  @Test
  void write_lambdaItself_refuses() {
    SerializableSupplier lambda = () -> "x";
    Comparator<String> comparator = (a, b) -> b.compareTo(a);

    refuses(lambda, "lambda");
    assertThatThrownBy(() -> fixture.encode(new TreeMap<>(comparator)))
        .hasMessageStartingWith("TreeMap.comparator(): ")
        .hasMessageContaining("lambda");
  }

  @Test
  void write_proxy_refuses() {
    Object proxy =
        Proxy.newProxyInstance(
            CodecGraphTest.class.getClassLoader(),
            new Class<?>[] {Runnable.class},
            (self, method, arguments) -> null);

    refuses(proxy, "proxy");
  }

  @Test
  void read_usualCollections_equalAndSameClass() {
    List<Object> collections =
        List.of(
            new ArrayList<>(List.of(1)),
            new HashSet<>(List.of(1)),
            new LinkedHashSet<>(List.of(1)),
            new TreeSet<>(List.of(1)),
            new HashMap<>(Map.of(1, 2)),
            new LinkedHashMap<>(Map.of(1, 2)),
            new TreeMap<>(Map.of(1, 2)),
            new ConcurrentHashMap<>(Map.of(1, 2)),
            new ConcurrentSkipListMap<>(Map.of(1, 2)),
            new CopyOnWriteArrayList<>(List.of(1)),
            Arrays.asList(1, null),
            Collections.emptyList(),
            Collections.singletonList(1),
            List.of(1, 2, 3),
            Set.of(1, 2, 3),
            Map.of(1, 2),
            Optional.of(1));
    for (Object collection : collections) {
      assertThat(fixture.roundTrip(collection)).isEqualTo(collection).hasSameClassAs(collection);
    }
  }

  @Test
  void write_unstorableClass_refusesWithPath() {
    User ada = new User("Ada", 36);
    ada.things.add(new Thread());

    assertThatThrownBy(() -> fixture.encode(ada))
        .isInstanceOf(SerializationException.class)
        .hasMessageStartingWith("User.things[0]: java.lang.Thread can't be stored: ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void write_failure_doesNotPoisonPool() {
    User ada = new User("Ada", 36);
    byte[] expected = fixture.encode(ada);
    Node bad = new Node();
    bad.extra = new ArrayList<>(List.of(ada, new Thread()));

    for (int i = 0; i < 50; i++) {
      refuses(bad, "Thread");
      assertThat(fixture.encode(ada)).isEqualTo(expected);
      assertThat(fixture.roundTrip(ada)).isEqualTo(ada);
    }
  }

  @Test
  void read_failure_doesNotPoisonPool() {
    User ada = new User("Ada", 36);
    ada.friend = new User("Bob", 40);
    byte[] bytes = fixture.encode(ada);
    ByteReader in = new ByteReader(new byte[0], 0, 0);

    for (int length = 2; length < bytes.length; length++) {
      in.reset(bytes, 0, length);
      assertThatThrownBy(() -> fixture.codec.read(in)).isInstanceOf(SerializationException.class);
      assertThat(fixture.decode(bytes)).isEqualTo(ada);
    }
  }

  @Test
  void read_deepList_everyElement() {
    Node first = new Node();
    Node last = first;
    for (int i = 0; i < 200_000; i++) {
      last.next = new Node();
      last = last.next;
    }
    last.extra = "end";

    Node read = fixture.roundTrip(first);
    int length = 0;
    while (read.next != null) {
      length++;
      read = read.next;
    }
    assertThat(length).isEqualTo(200_000);
    assertThat(read.extra).isEqualTo("end");
  }

  @Test
  void write_tooDeep_refusesAndGoesOn() {
    Object nested = 1;
    for (int i = 0; i < 200_000; i++) {
      nested = Optional.of(nested);
    }
    Object tooDeep = nested;

    assertThatThrownBy(() -> fixture.encode(tooDeep))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("nested too deep");
    assertThat(fixture.roundTrip(new User("Ada", 36))).isEqualTo(new User("Ada", 36));
  }

  @Test
  void read_tooDeep_refusesAndGoesOn() {
    byte[] bytes = new byte[400_000];
    fixture.encode(Optional.of(1));
    for (int i = 0; i + 2 < bytes.length; i += 3) {
      bytes[i] = Tag.OBJECT;
      bytes[i + 1] = 1; // class number
      bytes[i + 2] = GraphWriter.NEW_OBJECT;
    }

    assertThatThrownBy(() -> fixture.decode(bytes))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("nested in more than 400");
    assertThat(fixture.roundTrip(new User("Ada", 36))).isEqualTo(new User("Ada", 36));
  }

  @Test
  void read_referenceToItself_same() {
    AtomicReference<Object> self = new AtomicReference<>();
    self.set(self);

    AtomicReference<Object> read = fixture.roundTrip(self);
    assertThat(read.get()).isSameAs(read);
  }

  @Test
  void read_referenceToWhatIsNotThereYet_refuses() {
    fixture.encode(Optional.of(1));

    assertThatThrownBy(() -> fixture.decodeHex("18 01 01 18 01 02"))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("not there");
  }

  @Test
  void read_codeWithoutClass_refuses() {
    for (String code : List.of("00", "01", "1f", "20", "ffffffff0f")) {
      assertThatThrownBy(() -> fixture.decodeHex("18" + code + "0101"))
          .isInstanceOf(SerializationException.class);
    }
  }

  private void refuses(Object value, String reason) {
    assertThatThrownBy(() -> fixture.encode(value))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining(reason);
  }
}
