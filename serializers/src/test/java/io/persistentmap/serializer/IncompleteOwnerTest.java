package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Guards that containers work after reading whose elements, comparators or methods ask an object
 * around them, of which fields are read after the container.
 */
@SuppressWarnings("serial") // as users write them
class IncompleteOwnerTest {
  private final CodecFixture fixture = new CodecFixture();

  private static final class Owner {
    private final Link before = new Link(this);
    private @Nullable Object items;
    private final int number;

    Owner(int number) {
      this.number = number;
    }
  }

  private static final class Link {
    private final Owner owner;

    Link(Owner owner) {
      this.owner = owner;
    }
  }

  private static final class Item {
    private final Link link;

    Item(Link link) {
      this.link = link;
    }

    @Override
    public int hashCode() {
      return link.owner.number;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Item item && item.link == link;
    }
  }

  private record Box(Set<Item> items) {}

  private static boolean isFound(@Nullable Object items) {
    Set<?> set = items instanceof Box box ? box.items : (Set<?>) Objects.requireNonNull(items);
    return set.contains(set.iterator().next());
  }

  @Test
  void set_elementRefersToOwnerByAnother_found() {
    Owner owner = new Owner(7);
    owner.items = new HashSet<>(Set.of(new Item(owner.before)));

    assertThat(isFound(fixture.roundTrip(owner).items)).isTrue();
  }

  @Test
  void set_elementRefersToOwner_found() {
    Owner owner = new Owner(7);
    owner.items = new HashSet<>(Set.of(new Item(new Link(owner))));

    assertThat(isFound(fixture.roundTrip(owner).items)).isTrue();
  }

  @Test
  void setInView_elementRefersToOwner_found() {
    Owner owner = new Owner(7);
    owner.items = Collections.unmodifiableSet(new HashSet<>(Set.of(new Item(new Link(owner)))));

    assertThat(isFound(fixture.roundTrip(owner).items)).isTrue();
  }

  @Test
  void setInRecord_elementRefersToOwner_found() {
    Owner owner = new Owner(7);
    owner.items = new Box(new HashSet<>(Set.of(new Item(new Link(owner)))));

    assertThat(isFound(fixture.roundTrip(owner).items)).isTrue();
  }

  private static final class Ranking {
    private final TreeSet<String> byRank = new TreeSet<>(new ByRank());
    private final Map<String, Integer> ranks = new HashMap<>();

    private final class ByRank implements Comparator<String> {
      @Override
      public int compare(String a, String b) {
        return Integer.compare(rank(a), rank(b));
      }

      private int rank(String name) {
        return Objects.requireNonNull(ranks.get(name));
      }
    }
  }

  @Test
  void sortedSet_comparatorAsksOwner_sorted() {
    fixture.encode(new Ranking()); // so that the next is not checked
    Ranking ranking = new Ranking();
    ranking.ranks.putAll(Map.of("a", 2, "b", 1));
    ranking.byRank.add("a");
    ranking.byRank.add("b");

    assertThat(fixture.roundTrip(ranking).byRank).containsExactly("b", "a");
  }

  private static final class Cache {
    private final Entries entries = new Entries();
    private final int limit;

    Cache(int limit) {
      this.limit = limit;
    }

    private final class Entries extends LinkedHashMap<String, String> {
      @Override
      protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
        return size() > limit;
      }
    }
  }

  @Test
  void linkedHashMap_limitOfOwner_nothingLost() {
    fixture.encode(new Cache(3)); // so that the next is not checked
    Cache cache = new Cache(3);
    cache.entries.put("a", "b");

    assertThat(fixture.roundTrip(cache).entries).containsExactly(Map.entry("a", "b"));
  }
}
