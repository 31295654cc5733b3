package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Guards that classes of users come back whole, also those that extend classes of the JDK. */
@SuppressWarnings({ // as users write them
  "serial",
  "unused",
  "ClassCanBeStatic",
  "DoubleBraceInitialization"
})
class UserClassesTest {
  private final CodecFixture fixture = new CodecFixture();

  // ---- subclasses of the JDK's collections -----------------------------------------------------

  static final class Tags extends ArrayList<String> {
    int added;
    transient int lost = 5;

    Tags(int any) {
      added = any;
    }

    @Override
    public boolean add(String tag) {
      added++;
      return super.add(tag);
    }
  }

  @Test
  void subclassOfArrayList_ownFieldsKept_methodsNotCalled() {
    Tags tags = new Tags(10);
    tags.add("a");
    Tags read = fixture.roundTrip(tags);

    assertThat(read).containsExactly("a");
    assertThat(read.added).isEqualTo(11);
    assertThat(read.lost).isZero();
  }

  @SuppressWarnings("JdkObsolete") // it is there to be stored
  static final class Hidden extends LinkedList<String> {
    @Override
    public ListIterator<String> listIterator(int index) {
      return Collections.emptyListIterator();
    }
  }

  @Test
  void subclassOfLinkedList_methodsOverridden_notCalled() {
    Hidden hidden = new Hidden();
    hidden.add("a");
    assertThat(fixture.roundTrip(hidden).getFirst()).isEqualTo("a");
  }

  static class Lru<K, V> extends LinkedHashMap<K, V> {
    private final int limit;

    Lru(int limit) {
      super(16, 0.75f, true);
      this.limit = limit;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > limit;
    }
  }

  static final class LoggedLru<K, V> extends Lru<K, V> {
    final List<Object> log = new ArrayList<>();

    LoggedLru(int limit) {
      super(limit);
    }

    @Override
    public @Nullable V put(K key, V value) {
      log.add(key);
      return super.put(key, value);
    }
  }

  @Test
  void subclassOfLinkedHashMap_limitAndOrderKept() {
    for (int size = 0; size < 4; size++) {
      LoggedLru<String, Integer> cache = new LoggedLru<>(3);
      for (int i = 0; i < size; i++) {
        cache.put("k" + i, i);
      }
      LoggedLru<String, Integer> read = fixture.roundTrip(cache);
      assertThat(read).isEqualTo(cache);
      assertThat(read.log).isEqualTo(cache.log);

      List.of("a", "b", "c").forEach(key -> read.put(key, 1));
      assertThat(read.get("a")).isEqualTo(1);
      read.put("d", 1);
      assertThat(read.keySet()).containsExactly("c", "a", "d");
    }
  }

  static final class WithoutLimit extends LinkedHashMap<String, String> {
    private transient int limit;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
      return size() > limit;
    }
  }

  @Test
  void subclassOfLinkedHashMap_limitNotStored_readingFails() {
    fixture.encode(new WithoutLimit());
    WithoutLimit map = new WithoutLimit();
    map.limit = 1;
    map.put("a", "b");
    byte[] bytes = fixture.encode(map);

    assertThatThrownBy(() -> fixture.decode(bytes))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("removeEldestEntry() takes them out");
  }

  static final class Config extends Properties {
    @Nullable Properties other;
  }

  @Test
  void subclassOfProperties_withReferences_refused() {
    assertThatThrownBy(() -> fixture.encode(new Config()))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("can't be told apart");
  }

  static final class Final extends RuntimeException {
    Final(String message, @Nullable Throwable cause) {
      super(message, cause);
    }

    @Override
    public synchronized Throwable initCause(Throwable cause) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void setStackTrace(StackTraceElement[] trace) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void subclassOfException_methodsOverridden_notCalled() {
    fixture.encode(new Final("first", null));
    Final read = fixture.roundTrip(new Final("second", new IllegalStateException("why")));

    assertThat(read.getCause()).hasMessage("why");
  }

  static final class ByKeyLength extends TreeMap<String, Integer> {
    String name = "lengths";

    ByKeyLength() {
      super(new CollectionKinds.ByLength());
    }
  }

  @Test
  void subclassOfTreeMap_comparatorKept() {
    ByKeyLength map = new ByKeyLength();
    map.putAll(Map.of("ccc", 3, "a", 1));
    ByKeyLength read = fixture.roundTrip(map);
    read.put("bb", 2);

    assertThat(read.keySet()).containsExactly("a", "bb", "ccc");
    assertThat(read.name).isEqualTo("lengths");
  }

  static final class Registry extends ConcurrentHashMap<String, Object> {
    private final String owner;

    Registry(String owner) {
      this.owner = owner;
    }
  }

  @Test
  void subclassOfConcurrentHashMap_holdsItself() {
    Registry registry = new Registry("me");
    registry.put("self", registry);
    Registry read = fixture.roundTrip(registry);

    assertThat(read.owner).isEqualTo("me");
    assertThat(read.get("self")).isSameAs(read);
  }

  static final class Range extends AbstractList<Integer> {
    private final int size;

    Range(int size) {
      this.size = size;
    }

    @Override
    public Integer get(int index) {
      return Objects.checkIndex(index, size);
    }

    @Override
    public int size() {
      return size;
    }
  }

  @Test
  void collectionOfOwn_fieldsOnly() {
    assertThat(fixture.roundTrip(new Range(1_000_000))).hasSize(1_000_000);
    assertThat(fixture.encode(new Range(1_000_000))).hasSizeLessThan(20);
  }

  static final class Worker extends Thread {}

  @Test
  void subclassOfThread_refused() {
    refuses(new Worker(), "extends java.lang.Thread, whose state can't be stored");
  }

  // ---- exceptions ------------------------------------------------------------------------------

  static final class NotFound extends IllegalStateException {
    final int code;
    final List<String> tried = new ArrayList<>(List.of("a"));

    NotFound(int code, Throwable cause) {
      super("code " + code, cause);
      this.code = code;
    }

    @Override
    public String getMessage() {
      return "overridden";
    }
  }

  @Test
  void exception_ownFieldsMessageCauseAndTrace() {
    NotFound failure = new NotFound(7, new Exception("cause"));
    failure.addSuppressed(failure.getCause());
    NotFound read = fixture.roundTrip(failure);

    assertThat(read.code).isEqualTo(7);
    assertThat(read.tried).containsExactly("a");
    assertThat(read).hasMessage("overridden").hasRootCauseMessage("cause");
    assertThat(read.toString()).isEqualTo(failure.toString());
    assertThat(read.getStackTrace()).isEqualTo(failure.getStackTrace());
    assertThat(read.getSuppressed()).containsExactly(read.getCause());
  }

  // ---- graphs ----------------------------------------------------------------------------------

  static final class Order {
    final Set<Line> lines = new HashSet<>();
    final Map<Line, String> notes = new HashMap<>();
    String number = "";
  }

  /** Its hash code asks the order, which is read only after its lines. */
  static final class Line {
    final Order order;
    final int position;

    Line(Order order, int position) {
      this.order = order;
      this.position = position;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Line line
          && position == line.position
          && order.number.equals(line.order.number);
    }

    @Override
    public int hashCode() {
      return Objects.hash(order.number.length(), order.number, position);
    }
  }

  @Test
  void set_elementsAskWhatIsAroundThem_found() {
    for (int depth : new int[] {0, 200}) {
      Order order = new Order();
      for (int i = 0; i < 20; i++) {
        order.lines.add(new Line(order, i));
        order.notes.put(new Line(order, i), "note " + i);
      }
      order.number = "A-1";
      Set<Line> lines = new HashSet<>(order.lines); // with the number that they have now
      order.lines.clear();
      order.lines.addAll(lines);
      Map<Line, String> notes = new HashMap<>(order.notes);
      order.notes.clear();
      order.notes.putAll(notes);

      Object nested = order;
      for (int i = 0; i < depth; i++) {
        nested = new Object[] {nested};
      }
      Object read = fixture.roundTrip(nested);
      while (read instanceof Object[] array) {
        read = array[0];
      }
      Order copy = (Order) read;
      assertThat(copy.lines).hasSize(20);
      for (int i = 0; i < 20; i++) {
        assertThat(copy.lines).contains(new Line(copy, i));
        assertThat(copy.notes).containsEntry(new Line(copy, i), "note " + i);
      }
    }
  }

  record Frozen(Set<Object> elements, @Nullable Object more) {
    Frozen {
      elements = Set.copyOf(elements);
    }
  }

  @Test
  void record_copiesItsComponents_complete() {
    Order order = new Order();
    order.number = "B";
    Object[] holder = {order, null};
    holder[1] = new Frozen(Set.of(new Line(order, 1), "x"), holder);
    Object[] read = fixture.roundTrip(holder);

    Frozen frozen = (Frozen) Objects.requireNonNull(read[1]);
    assertThat(frozen.elements).contains("x", new Line((Order) Objects.requireNonNull(read[0]), 1));
    assertThat(frozen.more).isSameAs(read);
  }

  @Test
  void record_deepInside_componentsComplete() {
    Object nested = "end";
    for (int i = 0; i < 100; i++) {
      nested =
          i % 2 == 0
              ? new Frozen(Set.of(new ArrayList<>(List.of(nested))), null)
              : new Object[] {nested};
    }
    Object read = fixture.roundTrip(nested);
    for (int i = 99; i >= 0; i--) {
      read =
          read instanceof Frozen frozen
              ? ((List<?>) frozen.elements.iterator().next()).get(0)
              : ((Object[]) read)[0];
    }
    assertThat(read).isEqualTo("end");
  }

  static final class Team {
    private final List<String> members = new ArrayList<>();
    private final List<String> view = Collections.unmodifiableList(members);
  }

  @Test
  void view_ofFieldBesideIt_staysView() {
    Team team = new Team();
    team.members.add("a");
    Team read = fixture.roundTrip(team);
    read.members.add("b");

    assertThat(read.view).containsExactly("a", "b");
  }

  final class Inner {
    final int number = 1;
  }

  static final class Outer {
    final String name = "outer";

    final class Inside {
      final int number = 2;

      String text() {
        return name + number;
      }
    }
  }

  @Test
  void innerClass_bringsOuterObject() {
    assertThat(fixture.roundTrip(new Outer().new Inside()).text()).isEqualTo("outer2");
    assertThatThrownBy(() -> fixture.encode(new Inner()))
        .hasMessageStartingWith("Inner.this$0.fixture.")
        .hasMessageContaining("can't be stored");
  }

  @Test
  void anonymousSubclass_refused() {
    refuses(
        new ArrayList<String>() {
          {
            add("x");
          }
        },
        "anonymous class");
  }

  // ---- classes that are more than their fields -------------------------------------------------

  static final class WritesItself implements java.io.Serializable {
    private transient int[] numbers = {1};

    private void writeObject(java.io.ObjectOutputStream out) throws java.io.IOException {
      out.writeInt(numbers[0]);
    }
  }

  static final class External implements java.io.Externalizable {
    @Override
    public void writeExternal(java.io.ObjectOutput out) {}

    @Override
    public void readExternal(java.io.ObjectInput in) {}
  }

  @Test
  void writesItself_refused() {
    refuses(new WritesItself(), "has transient fields and writes them itself");
    refuses(new External(), "Externalizable");
  }

  private void refuses(Object value, String reason) {
    assertThatThrownBy(() -> fixture.encode(value))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void comparator_ofOwnClass_kept() {
    Comparator<String> comparator = new CollectionKinds.ByLength().reversed();
    TreeMap<String, Integer> map = new TreeMap<>(comparator);
    map.put("a", 1);
    map.put("bb", 2);

    assertThat(fixture.roundTrip(map).keySet()).containsExactly("bb", "a");
  }
}
