package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards what becomes of values for which a changed class has no place, or more than one. */
final class DroppedFieldTest {
  private static final String ITEM =
      """
      class Item {
        Owner o;
        Item(Owner owner) { o = owner; }
        public boolean equals(Object other) { return other == this; }
        public int hashCode() { return 1; }
      }
      """;

  /** As it is later. */
  private static final String ANGRY_ITEM =
      """
      class Item {
        Owner o;
        public int hashCode() { throw new IllegalStateException("no hash"); }
      }
      """;

  private static final String HIERARCHY =
      """
      class A { int x = 5; }
      """;

  private static final String SUBCLASS =
      """
      class B extends A {
        int x = 6;
        public static Object make() { return new B(); }
      }
      """;

  @TempDir private Path directory;

  private final InMemoryClassTable table = new InMemoryClassTable();

  private byte[] write(String type, String... sources) throws Exception {
    Sources version = Sources.compile(directory, sources);
    return version.fixture(table).encode(version.make(type));
  }

  private Object read(byte[] bytes, String... sources) throws Exception {
    return Sources.compile(directory, sources).fixture(table).decode(bytes);
  }

  private byte[] ownerOfItems() throws Exception {
    return write(
        "Owner",
        ITEM,
        """
        class Owner {
          Set<Item> s = new HashSet<>();
          String t = "kept";
          Object u;
          public static Object make() {
            Owner owner = new Owner();
            owner.s.add(new Item(owner));
            owner.u = owner.s;
            return owner;
          }
        }
        """);
  }

  /** The set waits for its owner, and so is filled when the field is passed already. */
  @Test
  void containerThatWaits_canNotBeFilled_droppedWithItsField() throws Exception {
    Object owner =
        read(
            ownerOfItems(),
            ANGRY_ITEM,
            "class Owner { String t; public String toString() { return t; } }");

    assertThat(owner).hasToString("kept");
  }

  @Test
  void containerThatWaits_neededElsewhere_refused() throws Exception {
    byte[] bytes = ownerOfItems();

    assertThatThrownBy(() -> read(bytes, ANGRY_ITEM, "class Owner { String t; Object u; }"))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("no hash");
  }

  @Test
  void superclassRenamed_fieldsOfTheSameName_bothFound() throws Exception {
    byte[] bytes = write("B", HIERARCHY, SUBCLASS);
    Object b =
        read(
            bytes,
            "class C { int x; }",
            "class B extends C { int x; public String toString() { return x + \" \" + super.x; } }");

    assertThat(b).hasToString("6 5");
  }

  @Test
  void superclassGone_noFieldOfTheName_dropped() throws Exception {
    byte[] bytes = write("B", HIERARCHY, SUBCLASS);
    Object b = read(bytes, "class B { int x; public String toString() { return \"\" + x; } }");

    assertThat(b).hasToString("6");
  }

  @Test
  void superclassesRenamed_notClearWhichIsWhich_refusedWithAdvice() throws Exception {
    byte[] bytes =
        write("B", "class Z { int x = 4; }", "class A extends Z { int x = 5; }", SUBCLASS);

    assertThatThrownBy(
            () ->
                read(
                    bytes,
                    "class Y { int x; }",
                    "class C extends Y { int x; }",
                    "class B extends C { int x; }"))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("field x of ")
        .hasMessageContaining(".alias(\"old.Name\", New.class)");
  }
}
