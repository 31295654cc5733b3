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

  private static final String SUPERCLASS = "class A { int x = 5; }";

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
  void containerThatWaits_neededThroughAnotherDroppedField_refused() throws Exception {
    byte[] bytes =
        write(
            "Owner",
            ITEM,
            "class Link { Object to; }",
            """
            class Owner {
              Set<Item> a = new HashSet<>();
              Link b = new Link();
              Link c = b;
              public static Object make() {
                Owner owner = new Owner();
                owner.a.add(new Item(owner));
                owner.b.to = owner.a;
                return owner;
              }
            }
            """);

    assertThatThrownBy(
            () -> read(bytes, ANGRY_ITEM, "class Link { Object to; }", "class Owner { Link c; }"))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("a field that is dropped has what is needed elsewhere: ")
        .hasMessageContaining("IllegalStateException: no hash");
  }

  @Test
  void containerThatWaits_inRecord_droppedWithItsField() throws Exception {
    byte[] bytes =
        write(
            "Outer",
            "class Item { Object o; public int hashCode() { return 1; } }",
            "class Owner { Set<Item> s = new HashSet<>(); String t = \"kept\"; }",
            "record Box(Owner owner) {}",
            """
            class Outer {
              Box box = new Box(new Owner());
              public static Object make() {
                Outer outer = new Outer();
                Item item = new Item();
                item.o = outer;
                outer.box.owner().s.add(item);
                return outer;
              }
            }
            """);
    Object outer =
        read(
            bytes,
            "class Item { Object o; public int hashCode() { throw new RuntimeException(); } }",
            "class Owner { String t; }",
            "record Box(Owner owner) {}",
            "class Outer { Box box; public String toString() { return box.owner().t; } }");

    assertThat(outer).hasToString("kept");
  }

  /** A set of which the elements' hash code is known only when the object around is complete. */
  @Test
  void containerFilledBeforeItsOwner_neededElsewhere_found() throws Exception {
    String item =
        """
        class Item {
          Owner owner;
          public int hashCode() { return owner.number; }
          public boolean equals(Object other) { return this == other; }
        }
        """;
    byte[] bytes =
        write(
            "Owner",
            item,
            """
            class Owner {
              Item before = new Item();
              Set<Object> items = new HashSet<>();
              int number = 7;
              Set<Object> z = items;
              public static Object make() {
                Owner owner = new Owner();
                owner.before.owner = owner;
                owner.items.add(owner.before);
                return owner;
              }
            }
            """);
    Object owner =
        read(
            bytes,
            item,
            """
            class Owner {
              Item before;
              int number;
              Set<Object> z;
              public String toString() { return "" + z.contains(before); }
            }
            """);

    assertThat(owner).hasToString("true");
  }

  // ---- nested so deep that content is put off ---------------------------------------------------

  private static final String NODE =
      """
      class Node {
        Object next;
        Object other;
        static Node chain(int length, Object other) {
          Node node = new Node();
          node.other = other;
          for (int i = 1; i < length; i++) {
            Node outer = new Node();
            outer.next = node;
            node = outer;
          }
          return node;
        }
        Node last() {
          Node node = this;
          while (node.next != null) {
            node = (Node) node.next;
          }
          return node;
        }
      }
      """;

  @Test
  void putOff_containerCanNotBeFilled_dropped() throws Exception {
    byte[] bytes =
        write(
            "Owner",
            ITEM,
            NODE,
            """
            class Owner {
              Node a;
              String t = "kept";
              public static Object make() {
                Owner owner = new Owner();
                Set<Item> items = new HashSet<>(Set.of(new Item(owner)));
                owner.a = Node.chain(100, null);
                for (Node node = owner.a; node != null; node = (Node) node.next) {
                  node.other = Node.chain(1, new HashSet<>(items));
                }
                return owner;
              }
            }
            """);
    Object owner =
        read(
            bytes,
            ANGRY_ITEM,
            NODE,
            "class Owner { String t; public String toString() { return t; } }");

    assertThat(owner).hasToString("kept");
  }

  @Test
  void putOff_contentCanNotBeMade_neededBefore_refused() throws Exception {
    byte[] bytes =
        write(
            "Owner",
            NODE,
            "class Gone {}",
            """
            class Owner {
              Node a = Node.chain(64, new Gone());
              Node b = a.last();
              public static Object make() { return new Owner(); }
            }
            """);

    assertThat(read(bytes, NODE, "class Owner {}")).isNotNull();
    assertThatThrownBy(() -> read(bytes, NODE, "class Owner { Node b; }"))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("a field that is dropped has what is needed elsewhere")
        .hasMessageContaining("app.Gone");
  }

  @Test
  void putOff_contentPassedOver_neededAfter_refused() throws Exception {
    byte[] bytes =
        write(
            "Owner",
            NODE,
            NODE.replace("Node", "Gone"),
            """
            class Owner {
              Gone b = Gone.chain(100, null);
              Node a = Node.chain(66, b.last());
              public static Object make() { return new Owner(); }
            }
            """);

    assertThat(read(bytes, NODE, "class Owner {}")).isNotNull();
    assertThatThrownBy(() -> read(bytes, NODE, "class Owner { Node a; }"))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("a field that is dropped has what is needed elsewhere")
        .hasMessageContaining("app.Gone");
  }

  // ---- more than one field of a name ------------------------------------------------------------

  @Test
  void superclassRenamed_fieldsOfTheSameName_bothFound() throws Exception {
    byte[] bytes = write("B", SUPERCLASS, SUBCLASS);
    Object b =
        read(
            bytes,
            "class C { int x; }",
            "class B extends C { int x; public String toString() { return x + \" \" + super.x; } }");

    assertThat(b).hasToString("6 5");
  }

  @Test
  void superclassGone_noFieldOfTheName_dropped() throws Exception {
    byte[] bytes = write("B", SUPERCLASS, SUBCLASS);
    Object b = read(bytes, "class B { int x; public String toString() { return \"\" + x; } }");

    assertThat(b).hasToString("6");
  }

  @Test
  void superclassesRenamed_notClearWhichIsWhich_refusedUntilAliasTells() throws Exception {
    byte[] bytes =
        write("B", "class Z { int x = 4; }", "class A extends Z { int x = 5; }", SUBCLASS);
    Sources version =
        Sources.compile(
            directory,
            "class Y { int x; }",
            "class C extends Y { int x; int y() { return super.x; } }",
            """
            class B extends C {
              int x;
              public String toString() { return x + " " + super.x + " " + y(); }
            }
            """);

    assertThatThrownBy(() -> version.fixture(table).decode(bytes))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("app.B was stored with a field x of app.A, and one of app.Z")
        .hasMessageContaining("that of app.C, or that of app.Y")
        .hasMessageContaining(".alias(\"app.A\", ItsNewName.class)");

    CodecOptions.Builder options = new CodecOptions.Builder().alias("app.A", version.type("C"));
    assertThat(version.fixture(table, options).decode(bytes)).hasToString("6 5 4");
  }

  @Test
  void fieldMoved_toTwoSuperclasses_refused() throws Exception {
    byte[] bytes =
        write("B", "class B { int x = 6; public static Object make() { return new B(); } }");

    assertThatThrownBy(
            () ->
                read(
                    bytes,
                    "class Y { int x; }",
                    "class C extends Y { int x; }",
                    "class B extends C {}"))
        .hasMessageContaining("app.B was stored with a field x of app.B, which now could be that")
        .hasMessageContaining("of app.C, or that of app.Y: give the new ones other names");
  }
}
